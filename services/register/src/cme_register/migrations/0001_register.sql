-- The register's own tables. The lock of all that is kept for a child is the row of the child.

CREATE TABLE officer (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    email      text NOT NULL,
    role       text NOT NULL,
    active     boolean NOT NULL,
    changed_at timestamptz NOT NULL
);

-- A record of a child. Joined records stay as they are: only whose they are shown as changes.
CREATE TABLE child (
    id          uuid PRIMARY KEY,
    shown_as    uuid NOT NULL REFERENCES child,  -- itself, or who stands at the end of its joins
    joined_into uuid REFERENCES child,                      -- the record that absorbed it, where one did
    details     jsonb NOT NULL,                             -- what is shown: gathered from the submissions, no more
    made_at     timestamptz NOT NULL,
    CHECK (joined_into IS NOT NULL OR shown_as = id)
);
CREATE INDEX child_absorbed ON child (shown_as) WHERE joined_into IS NOT NULL;
CREATE INDEX child_joined_into ON child (joined_into) WHERE joined_into IS NOT NULL;

-- What a record is found by: digests of a UPN and birth date, or of a name, birth date and postcode. Claiming one is the lock
-- under which two workers given the same child make one record; so it refers to records that may not be made after all.
CREATE TABLE trait (
    digest    bytea PRIMARY KEY,
    record_id uuid NOT NULL
);

CREATE TABLE join_journal (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child_id     uuid NOT NULL REFERENCES child,
    absorbed_id  uuid NOT NULL REFERENCES child,
    joined_at    timestamptz NOT NULL,
    joined_by    uuid NOT NULL,
    separated_at timestamptz,
    separated_by uuid
);
CREATE UNIQUE INDEX joined_once ON join_journal (absorbed_id) WHERE separated_at IS NULL;

CREATE TABLE case_file (
    id              uuid PRIMARY KEY,
    record_id       uuid NOT NULL REFERENCES child,     -- the record it was opened for
    child_id        uuid NOT NULL REFERENCES child,     -- whose it is now
    status          text NOT NULL CHECK (status IN ('open', 'closed', 'joined')),
    kind            text NOT NULL,
    category        text,
    factors         text[] NOT NULL,
    risk            smallint NOT NULL,
    due_at          timestamptz,                        -- of its next deadline
    school_urn      text,
    school_la       text,
    home_la         text,
    lead_officer_id uuid REFERENCES officer,
    opened_at       timestamptz NOT NULL,
    waits_for       uuid REFERENCES case_file,
    located_at      timestamptz,
    location_proof  text,
    closed_at       timestamptz,
    outcome         text,
    outcome_proof   text,
    CHECK ((kind = 'cme') = (category IS NOT NULL)),
    CHECK ((status = 'joined') = (waits_for IS NOT NULL)),
    CHECK ((status = 'closed') = (outcome IS NOT NULL AND outcome_proof IS NOT NULL AND closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_case_per_child ON case_file (child_id) WHERE status = 'open';
CREATE INDEX case_of_child ON case_file (child_id);
CREATE INDEX case_of_record ON case_file (record_id);
CREATE INDEX case_waiting ON case_file (waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX case_of_officer ON case_file (lead_officer_id) WHERE status = 'open';
CREATE INDEX work_list ON case_file (status, (-risk), coalesce(due_at, 'infinity'), id);

CREATE TABLE submission (
    id                uuid PRIMARY KEY,
    first_id          uuid NOT NULL,
    record_id         uuid NOT NULL REFERENCES child,   -- the record it fitted; whose that is, the record says
    case_id           uuid REFERENCES case_file,
    kind              text NOT NULL,
    reference         text NOT NULL,
    received_at       timestamptz NOT NULL,
    on_roll           boolean,
    reason            text,
    ground            text,
    destination_known boolean,
    factors           text[] NOT NULL,
    school_urn        text,
    school_la         text,
    home_la           text,
    matched_by        text[] NOT NULL,
    details           jsonb NOT NULL                    -- the child as this submission gave them
);
CREATE INDEX submission_of_chain ON submission (first_id);
CREATE INDEX submission_of_record ON submission (record_id);
CREATE INDEX submission_of_case ON submission (case_id);

CREATE TABLE referrer_informed (
    case_id       uuid NOT NULL REFERENCES case_file,
    submission_id uuid NOT NULL,
    informed_at   timestamptz NOT NULL,
    PRIMARY KEY (case_id, submission_id)
);

CREATE TABLE clock (
    id                   uuid PRIMARY KEY,
    case_id              uuid NOT NULL REFERENCES case_file,
    code                 text NOT NULL,
    starts_on            date NOT NULL,
    due_on               date NOT NULL,
    due_at               timestamptz NOT NULL,
    warn_at              timestamptz,
    calendar             text NOT NULL,
    source               text NOT NULL,
    warned_at            timestamptz,
    breached_at          timestamptz,
    rung                 smallint NOT NULL,
    satisfied_at         timestamptz,
    on_time              boolean,
    late_by_working_days int
);
CREATE INDEX clock_of_case ON clock (case_id);
CREATE UNIQUE INDEX one_running_clock ON clock (case_id, code) WHERE satisfied_at IS NULL;

-- Ids, codes and dates. The subject is a case; before there is one, a chain or a child.
CREATE TABLE chronology (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject uuid NOT NULL,
    at      timestamptz NOT NULL,
    what    text NOT NULL,
    detail  jsonb NOT NULL
);
CREATE INDEX chronology_of_subject ON chronology (subject, at, id);

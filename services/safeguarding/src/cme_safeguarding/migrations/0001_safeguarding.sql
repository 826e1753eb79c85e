-- Everything about a child is kept by subject (a submission chain or a case); whose a subject is stands in cme_identity's table.

CREATE TABLE file (                             -- one lock for all that concerns a child, or a chain nobody has matched yet
    key         uuid PRIMARY KEY,
    opened_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE submission (                       -- which chain a submission belongs to
    id          uuid PRIMARY KEY,
    chain       uuid NOT NULL,
    matched_at  timestamptz                     -- when the register said whose; null: it has not
);

CREATE TABLE reported_child (                   -- who a report of concern was about: sealed here too, opened for a safeguarding lead
    submission_id uuid PRIMARY KEY,
    chain         uuid NOT NULL,
    kid           text NOT NULL,
    sealed        bytea NOT NULL,
    received_at   timestamptz NOT NULL
);
CREATE INDEX reported_child_chain ON reported_child (chain);

CREATE TABLE factor_said (                      -- who said which factor: a submission, or an officer with an escalation
    source_id   uuid NOT NULL,
    factor      text NOT NULL,
    subject     uuid NOT NULL,
    said_at     timestamptz NOT NULL,
    PRIMARY KEY (source_id, factor)
);
CREATE INDEX factor_said_subject ON factor_said (subject);

CREATE TABLE case_file (
    id              uuid PRIMARY KEY,
    opened_at       timestamptz,                -- null: a later fact was heard first
    kind            text,
    category        text,
    category_at     timestamptz,
    lead_officer_id uuid,
    lead_officer_at timestamptz,
    breached_at     timestamptz,
    located_at      timestamptz,
    closed_at       timestamptz
);

CREATE TABLE consideration (
    id             uuid PRIMARY KEY,
    event_id       uuid NOT NULL UNIQUE,        -- one for each fact that prompts one
    subject        uuid NOT NULL,
    case_id        uuid,
    prompted_by    text NOT NULL,
    factors        text[] NOT NULL,
    recommendation text NOT NULL,
    urgency        int NOT NULL,                -- of the recommendation: 0 at once, 1 consider, 2 no concern seen
    considered_at  timestamptz NOT NULL,
    decision       text,
    reasons        text[] NOT NULL DEFAULT '{}',
    decided_by     uuid,
    decided_at     timestamptz,
    CHECK ((decision IS NULL) = (decided_at IS NULL))
);
CREATE INDEX consideration_subject ON consideration (subject);
CREATE INDEX consideration_queue ON consideration (urgency, considered_at, id) WHERE decision IS NULL;

CREATE TABLE concern (
    id         uuid PRIMARY KEY,
    subject    uuid NOT NULL,
    factors    text[] NOT NULL,
    rule       text NOT NULL,
    raised_at  timestamptz NOT NULL,
    settled_at timestamptz                      -- the child's case was closed; said again, the factor alerts again
);
CREATE INDEX concern_subject ON concern (subject) WHERE settled_at IS NULL;

CREATE TABLE escalation (
    id               uuid PRIMARY KEY,
    subject          uuid NOT NULL,
    case_id          uuid,
    factors          text[] NOT NULL CHECK (cardinality(factors) > 0),
    consent          text NOT NULL,
    consent_reason   text,
    threshold_level  int,
    telephoned_at    timestamptz,
    escalated_at     timestamptz NOT NULL,
    answer_due_on    date NOT NULL,
    answer_due_at    timestamptz NOT NULL,
    decided_by       uuid,
    rule             text,
    consideration_id uuid REFERENCES consideration,
    confirmed        boolean,
    confirmed_by     uuid,
    confirmed_at     timestamptz,
    acknowledged_at  timestamptz,
    their_reference  text,
    times_silent     int NOT NULL DEFAULT 0,
    matter_ended_at  timestamptz,
    CHECK ((decided_by IS NULL) <> (rule IS NULL))      -- a named person or a rule, never neither
);
CREATE INDEX escalation_subject ON escalation (subject);
CREATE INDEX escalation_case ON escalation (case_id);
CREATE INDEX escalation_unanswered ON escalation (answer_due_at)
    WHERE acknowledged_at IS NULL AND confirmed IS NOT FALSE;

CREATE TABLE chronology (                       -- what happened, as codes and ids, in the order in which it is told
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject uuid NOT NULL,
    at      timestamptz NOT NULL,               -- business time of the fact
    what    text NOT NULL,
    detail  jsonb NOT NULL
);
CREATE INDEX chronology_subject ON chronology (subject, at, id);

CREATE TABLE access (                           -- who read what of whom, and when: technical time, it is evidence
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who      text NOT NULL,                     -- the token's subject
    what     text NOT NULL,
    subjects uuid[] NOT NULL,                   -- everything shown, so that it follows the child through joins, there and back
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX access_subjects ON access USING gin (subjects);

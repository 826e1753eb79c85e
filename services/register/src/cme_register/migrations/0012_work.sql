-- The work on a case: checks, notes, contacts, support, brothers and sisters, vulnerable groups, ratings by hand. Each stands
-- with the record that its case was opened for; whose that is, the record says.

CREATE TABLE child_check (                      -- one asking of one body, or the decision not to ask
    id                 uuid PRIMARY KEY,
    case_id            uuid NOT NULL REFERENCES case_file,
    record_id          uuid NOT NULL REFERENCES child,
    code               text NOT NULL,           -- tables/checks.toml
    mandatory          boolean NOT NULL,
    requested_at       timestamptz,
    requested_by       uuid,
    how                text,
    gateway            text,                    -- the power by which the body may answer
    due_on             date,
    answered_at        timestamptz,
    answer_recorded_by uuid,
    on_time            boolean,
    result             text,
    evidence_kind      text,
    evidence_reference text,
    waived_at          timestamptz,
    waived_by          uuid,
    waiver_reason      text,
    CHECK (requested_at IS NOT NULL OR waived_at IS NOT NULL),
    CHECK ((requested_at IS NULL) = (requested_by IS NULL AND how IS NULL AND due_on IS NULL)),
    CHECK ((answered_at IS NULL) = (result IS NULL AND answer_recorded_by IS NULL)),
    CHECK ((waived_at IS NULL) = (waived_by IS NULL AND waiver_reason IS NULL)),
    CHECK (answered_at IS NULL OR waived_at IS NULL)
);
CREATE INDEX check_of_case ON child_check (case_id);
CREATE INDEX check_of_record ON child_check (record_id);
CREATE INDEX check_by_kind ON child_check (requested_at, code);

CREATE TABLE case_note (                        -- never changed: a correction is another one
    id         uuid PRIMARY KEY,
    case_id    uuid NOT NULL REFERENCES case_file,
    record_id  uuid NOT NULL REFERENCES child,
    about      uuid,                            -- the check, attempt or rating it belongs to
    corrects   uuid UNIQUE REFERENCES case_note,
    sensitive  boolean NOT NULL,
    words      text NOT NULL,
    written_by uuid NOT NULL,
    written_at timestamptz NOT NULL
);
CREATE INDEX note_of_case ON case_note (case_id, written_at);

CREATE FUNCTION keep_case_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a case note is never changed; write another that corrects it';
END $$;
CREATE TRIGGER case_note_is_kept BEFORE UPDATE OR DELETE ON case_note FOR EACH ROW EXECUTE FUNCTION keep_case_note();

CREATE TABLE contact (                          -- every version of what is known of somebody; the latest counts
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contact_id      uuid NOT NULL,
    case_id         uuid NOT NULL REFERENCES case_file,
    record_id       uuid NOT NULL REFERENCES child,
    role            text NOT NULL,
    particulars     jsonb NOT NULL,
    safe_to_contact boolean NOT NULL,
    recorded_by     uuid NOT NULL,
    recorded_at     timestamptz NOT NULL
);
CREATE INDEX contact_of_record ON contact (record_id);
CREATE INDEX contact_versions ON contact (contact_id, id DESC);

CREATE TABLE contact_attempt (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    record_id   uuid NOT NULL REFERENCES child,
    contact_id  uuid,
    role        text NOT NULL,
    method      text NOT NULL,
    outcome     text NOT NULL,
    made_at     timestamptz NOT NULL,
    made_by     uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX attempt_of_record ON contact_attempt (record_id, made_at);

CREATE TABLE support_offer (
    id          uuid PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    record_id   uuid NOT NULL REFERENCES child,
    support     text NOT NULL,                  -- tables/support.toml
    offered_on  date NOT NULL,
    offered_by  uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX support_of_record ON support_offer (record_id);

CREATE TABLE support_answer (                   -- the latest counts
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    support_id  uuid NOT NULL REFERENCES support_offer,
    answer      text NOT NULL,
    answered_on date NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX answer_of_support ON support_answer (support_id, id DESC);

CREATE TABLE sibling_link (                     -- of two records the latest row counts
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id         uuid NOT NULL REFERENCES child,
    sibling_record_id uuid NOT NULL REFERENCES child,
    linked            boolean NOT NULL,
    recorded_by       uuid NOT NULL,
    recorded_at       timestamptz NOT NULL,
    CHECK (record_id < sibling_record_id)       -- in one order, so that a pair is found whoever named it first
);
CREATE INDEX sibling_of_record ON sibling_link (record_id);
CREATE INDEX sibling_of_other ON sibling_link (sibling_record_id);

CREATE TABLE vulnerable_group (                 -- what officers say; what submissions say follows from their factors
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id   uuid NOT NULL REFERENCES child,
    code        text NOT NULL,                  -- tables/vulnerable_groups.toml
    belongs     boolean NOT NULL,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX group_of_record ON vulnerable_group (record_id);

ALTER TABLE submission ADD COLUMN enquiries jsonb NOT NULL DEFAULT '[]';    -- what the school had tried: day, method, outcome

ALTER TABLE case_file
    ADD COLUMN risk_rules  text[] NOT NULL DEFAULT '{}',    -- the rules that hold, as rule:fact
    ADD COLUMN set_aside   text[] NOT NULL DEFAULT '{}',    -- those that a person has decided count no more
    ADD COLUMN raised_to   smallint,                        -- by a person; the rating is never below it
    ADD COLUMN rated_as    text,                            -- what rules ask for that was so when it was last rated
    ADD COLUMN rated_since timestamptz;                     -- and since when it is so
UPDATE case_file SET rated_since = opened_at, rated_as = CASE
    WHEN category = 'missing' AND located_at IS NULL THEN 'whereabouts_unknown'
    WHEN category = 'without_school_place' THEN 'without_school_place' ELSE '' END
WHERE status <> 'closed';

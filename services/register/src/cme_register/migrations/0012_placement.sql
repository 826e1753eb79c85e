-- School places that are sought for children, step by step. Every step stays; the last is where the placement stands.

CREATE TABLE placement (
    id         uuid PRIMARY KEY,
    record_id  uuid NOT NULL REFERENCES child,     -- the record it was recorded of; whose that is, the record says
    school_urn text,                               -- null: a Fair Access panel has not identified one yet
    school_la  text,
    made_at    timestamptz NOT NULL
);
CREATE INDEX placement_of_record ON placement (record_id);

CREATE TABLE placement_step (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    placement_id  uuid NOT NULL REFERENCES placement,
    step          text NOT NULL,
    on_day        date NOT NULL,
    expected_on   date,
    submission_id uuid,                            -- a school's return or referral that says so
    recorded_by   uuid,
    recorded_at   timestamptz NOT NULL,
    CHECK ((step = 'start_expected') = (expected_on IS NOT NULL)),
    UNIQUE (placement_id, step, submission_id)     -- what was sent says it once, however often it is heard
);

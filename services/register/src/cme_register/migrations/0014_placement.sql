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

-- Children who are to start in Reception or Year 7 in one September, from an import. Each is a submission, so that a join and a
-- separation take them along.
CREATE TABLE expected_starter (
    submission_id uuid PRIMARY KEY,
    record_id     uuid NOT NULL REFERENCES child,
    cohort_id     uuid NOT NULL,                   -- follows from school, September and intake
    school_urn    text NOT NULL,
    school_la     text NOT NULL,
    september     int NOT NULL,
    intake        text NOT NULL CHECK (intake IN ('reception', 'year_7')),
    starts_on     date NOT NULL,
    came          text NOT NULL CHECK (came IN ('expected', 'arrived', 'did_not_arrive')),
    on_roll       boolean,
    reported_on   date,
    reported_by   uuid,                            -- null: the school's own return said so
    reported_at   timestamptz,
    noted_at      timestamptz NOT NULL
);
CREATE INDEX starter_of_cohort ON expected_starter (cohort_id);
CREATE INDEX starter_of_record ON expected_starter (record_id);
CREATE INDEX starter_of_september ON expected_starter (september, intake);

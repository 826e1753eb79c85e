-- Clocks may be about a check, a placement or a submission of their case; may count a school's days, or hours; and may end
-- because what they ask for is not asked for any more.

ALTER TABLE clock
    ADD COLUMN about        uuid,           -- null: the case itself
    ADD COLUMN started_at   timestamptz,    -- the instant from which hours count; null of older rows
    ADD COLUMN school_urn   text,           -- whose days count, where school days do
    ADD COLUMN school_la    text,
    ADD COLUMN cancelled_at timestamptz,
    ADD CHECK (satisfied_at IS NULL OR cancelled_at IS NULL);

DROP INDEX one_running_clock;
CREATE UNIQUE INDEX one_running_clock ON clock (case_id, code, about) NULLS NOT DISTINCT
    WHERE satisfied_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX clock_about ON clock (about) WHERE about IS NOT NULL AND satisfied_at IS NULL AND cancelled_at IS NULL;

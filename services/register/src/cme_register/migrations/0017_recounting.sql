-- Editions of the working days, by when they came into use; and whose school days have changed since clocks were counted by them.

CREATE TABLE working_calendar (
    version      text PRIMARY KEY,
    in_use_since timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE recount (
    whose    text PRIMARY KEY,                                  -- a URN, or an authority's code
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp()     -- technical time
);

CREATE INDEX clock_by_calendar ON clock (calendar, id)
    WHERE satisfied_at IS NULL AND cancelled_at IS NULL AND breached_at IS NULL;
CREATE INDEX clock_by_school ON clock (school_urn)
    WHERE school_urn IS NOT NULL AND satisfied_at IS NULL AND cancelled_at IS NULL AND breached_at IS NULL;
CREATE INDEX clock_by_authority ON clock (school_la)
    WHERE school_la IS NOT NULL AND satisfied_at IS NULL AND cancelled_at IS NULL AND breached_at IS NULL;

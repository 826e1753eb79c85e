-- What waits for somebody, by when, and how far up the ladder that has been told.

CREATE TABLE clock (
    id           uuid PRIMARY KEY,
    code         text NOT NULL,                 -- as the table of clocks names it; its row of the day it started holds
    about        uuid NOT NULL,                 -- what it waits for: a consideration
    subject      uuid NOT NULL,
    case_id      uuid,
    started_at   timestamptz NOT NULL,
    due_on       date NOT NULL,
    due_at       timestamptz NOT NULL,
    warn_at      timestamptz,
    calendar     text NOT NULL,                 -- version of the calendar that set the day
    warned_at    timestamptz,
    breached_at  timestamptz,                   -- never taken back
    rung         int NOT NULL DEFAULT 0,        -- 1 is the breach
    satisfied_at timestamptz
);
CREATE INDEX clock_running ON clock (about) WHERE satisfied_at IS NULL;

-- What has waited until now gets its clock from the worker, which knows the table of clocks.
INSERT INTO timer (kind, subject, due_at) SELECT 'clock.catch-up', id, considered_at FROM consideration WHERE decision IS NULL;

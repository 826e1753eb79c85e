-- Due instants. A row is open until it has fired or been cancelled; it fires in the transaction of its effect.

CREATE TABLE timer (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL,
    subject      uuid NOT NULL,                 -- a case, a submission chain, a concern: what the instant is about
    due_at       timestamptz NOT NULL,          -- business time
    detail       jsonb NOT NULL DEFAULT '{}',   -- ids and codes, never personal data
    cause        jsonb,                         -- the event in whose handling it was set: the cause of what it publishes
    set_at       timestamptz NOT NULL DEFAULT now(),
    fired_at     timestamptz,                   -- technical time, for retention
    detected_at  timestamptz,                   -- business time at which it fired; at or after due_at
    cancelled_at timestamptz,
    attempts     int NOT NULL DEFAULT 0,        -- failed ones
    error        text,                          -- of the last failed one, without personal data
    retry_at     timestamptz,                   -- technical time before which it is left alone
    UNIQUE (kind, subject, due_at)
);
CREATE INDEX timer_open ON timer (due_at, id) WHERE fired_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX timer_open_of_subject ON timer (subject, due_at, id) WHERE fired_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX timer_past ON timer (coalesce(fired_at, cancelled_at)) WHERE fired_at IS NOT NULL OR cancelled_at IS NOT NULL;

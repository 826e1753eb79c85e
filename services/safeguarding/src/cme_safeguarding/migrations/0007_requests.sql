-- What was asked of which body, and what became of it. An escalation to social care is one, and has its id here too.

CREATE TABLE request (
    id       uuid PRIMARY KEY,
    body     text NOT NULL,                     -- as the table of bodies names it; its row of the day it was made holds
    subject  uuid NOT NULL,
    case_id  uuid,
    made_at  timestamptz NOT NULL,
    follows  uuid REFERENCES request,           -- what it raises again, or disagrees with
    ended_at timestamptz,
    seq      bigint GENERATED ALWAYS AS IDENTITY
);
CREATE INDEX request_subject ON request (subject);

CREATE TABLE request_step (
    id          uuid PRIMARY KEY,
    request_id  uuid NOT NULL REFERENCES request,
    step        text NOT NULL,
    happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    taken_by    uuid,                           -- null: a rule, or the body's own system
    reference   text,                           -- the body's own
    kid         text,
    sealed      bytea,                          -- what people wrote with it
    seq         bigint GENERATED ALWAYS AS IDENTITY,
    UNIQUE (request_id, step)
);

ALTER TABLE clock ADD COLUMN cancelled_at timestamptz;      -- what it waits for has ended otherwise
DROP INDEX clock_running;
CREATE INDEX clock_running ON clock (about) WHERE satisfied_at IS NULL AND cancelled_at IS NULL;

-- Escalations from before: known as requests, with what is known of them. No clock starts late for them but the reminder they have.
INSERT INTO request (id, body, subject, case_id, made_at, ended_at)
SELECT id, 'social_care', subject, case_id, escalated_at, CASE WHEN confirmed IS FALSE THEN confirmed_at END FROM escalation;
INSERT INTO request_step (id, request_id, step, happened_at, recorded_at, taken_by, reference)
SELECT gen_random_uuid(), id, 'made', escalated_at, escalated_at, decided_by, NULL FROM escalation
UNION ALL
SELECT gen_random_uuid(), id, 'acknowledged', acknowledged_at, acknowledged_at, NULL, their_reference FROM escalation WHERE acknowledged_at IS NOT NULL
UNION ALL
SELECT gen_random_uuid(), id, 'telephoned', telephoned_at, escalated_at, decided_by, NULL FROM escalation WHERE telephoned_at IS NOT NULL
UNION ALL
SELECT gen_random_uuid(), id, 'taken_back', confirmed_at, confirmed_at, confirmed_by, NULL FROM escalation WHERE confirmed IS FALSE;

-- No open case is without a next date; and why people open closed ones again.

-- One on which no clock runs is looked at within two weeks.
WITH undated AS (
    UPDATE case_file SET due_at = (current_date + 15)::timestamp AT TIME ZONE 'Europe/London'
    WHERE status = 'open' AND due_at IS NULL
    RETURNING id, due_at
), started AS (
    INSERT INTO clock (id, case_id, code, starts_on, due_on, due_at, calendar, source, rung)
    SELECT gen_random_uuid(), id, 'REVIEW', current_date, current_date + 14, due_at, 'migration', 'policy 8', 0 FROM undated
    RETURNING id, due_at
)
INSERT INTO timer (kind, subject, due_at) SELECT 'clock.breach', id, due_at FROM started;

ALTER TABLE case_file ADD CONSTRAINT open_has_a_next_date CHECK (status <> 'open' OR due_at IS NOT NULL);

CREATE TABLE case_reopening (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     uuid NOT NULL REFERENCES case_file,
    note        text NOT NULL,      -- free text, never told
    reopened_by uuid NOT NULL,
    reopened_at timestamptz NOT NULL
);
CREATE INDEX reopening_of_case ON case_reopening (case_id);

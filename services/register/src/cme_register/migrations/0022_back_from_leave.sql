-- Absences from before have what every new one has: once the officer is back, what was left to the team is given on.

INSERT INTO timer (kind, subject, due_at, detail)
SELECT 'officer.give-on', gen_random_uuid(), (last_day + 1)::timestamp AT TIME ZONE 'Europe/London',
    '{"whose": "00000000-0000-0000-0000-000000000000"}'
FROM officer_absence WHERE NOT cancelled AND last_day IS NOT NULL;

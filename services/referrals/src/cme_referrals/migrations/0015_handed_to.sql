-- A chain may be several teams' work; and what is known of a case by its chains is found by the case.

CREATE TABLE handed_to (
    first_submission_id uuid NOT NULL,
    team                text NOT NULL,
    since               timestamptz NOT NULL,   -- business time
    PRIMARY KEY (first_submission_id, team)
);

INSERT INTO handed_to (first_submission_id, team, since)
SELECT s.first_submission_id, p.team, min(coalesce(p.matched_at, s.received_at))
FROM submission_progress AS p JOIN submission AS s ON s.id = p.submission_id
WHERE p.team IS NOT NULL GROUP BY 1, 2;

ALTER TABLE submission_progress DROP COLUMN team;
CREATE INDEX submission_progress_of_case ON submission_progress (case_id);

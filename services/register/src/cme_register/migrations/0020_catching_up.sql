-- Cases and returns from before 0011 and 0012 have what was given since to every new one: said what their child is in law, a rating
-- by the rules, and a timer for the end of compulsory school age. Each record is looked at once, by a worker.

-- 0012 called them rated, so that no timer was ever set; where nothing has changed since, the same rating comes of it again
UPDATE case_file SET rated_as = NULL
WHERE status IN ('open', 'joined') AND rated_since = opened_at AND NOT EXISTS (
    SELECT FROM timer WHERE kind = 'risk.rate' AND subject = case_file.id AND fired_at IS NULL AND cancelled_at IS NULL);

INSERT INTO timer (kind, subject, due_at)
SELECT 'record.catches-up', child.id, child.made_at FROM child
WHERE EXISTS (
    SELECT FROM case_file WHERE record_id = child.id AND status = 'open' AND (rated_as IS NULL OR NOT EXISTS (
        SELECT FROM timer WHERE kind = 'age.ends' AND subject = child.id AND fired_at IS NULL AND cancelled_at IS NULL))
) OR (
    NOT EXISTS (SELECT FROM status_line WHERE record_id = child.id)
    AND (EXISTS (SELECT FROM submission WHERE record_id = child.id) OR EXISTS (SELECT FROM case_file WHERE record_id = child.id))
);

-- What the submissions of one sending about several children have in common: the id of the first of them.

ALTER TABLE submission ADD COLUMN family_id uuid;
CREATE INDEX submission_of_family ON submission (family_id) WHERE family_id IS NOT NULL;

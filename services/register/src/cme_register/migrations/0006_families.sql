-- What the submissions of one form about brothers and sisters have in common. They are never matched with each other.

ALTER TABLE submission ADD COLUMN family_id uuid;
CREATE INDEX submission_of_family ON submission (family_id) WHERE family_id IS NOT NULL;

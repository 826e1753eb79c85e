-- A case may be the team's: then it has no Lead Officer since then.

ALTER TABLE case_file ALTER COLUMN officer_id DROP NOT NULL;

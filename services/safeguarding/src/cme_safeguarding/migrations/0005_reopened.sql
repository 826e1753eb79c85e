-- A closed case may be open again, under its own number.

ALTER TABLE case_file
    ADD COLUMN ended  int,                      -- of its last closing, how often it had been reopened before
    ADD COLUMN repeat int NOT NULL DEFAULT 0;   -- how often it was reopened
UPDATE case_file SET ended = 0 WHERE closed_at IS NOT NULL;

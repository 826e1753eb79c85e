-- A case may be opened again, rest on review, or be the team's. `repeat` is how often it had been reopened by the latest
-- closing or reopening that was heard: the two may come in either order.

ALTER TABLE case_progress
    ADD COLUMN repeat          int NOT NULL DEFAULT 0,
    ADD COLUMN reopened_at     timestamptz,
    ADD COLUMN on_review_since timestamptz,
    ADD COLUMN woken_at        timestamptz,
    ADD COLUMN with_team_since timestamptz;  -- null: a Lead Officer has it, or nobody yet

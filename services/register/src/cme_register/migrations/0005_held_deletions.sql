-- A deletion return that the law does not accept yet leaves the child on the roll.

ALTER TABLE submission
    ADD COLUMN held_by       text[] NOT NULL DEFAULT '{}',  -- rules by which the child is treated as still registered
    ADD COLUMN watched_at    timestamptz,                   -- nobody had answered when its watch was over
    ADD COLUMN superseded_at timestamptz;                   -- taken back, or the school sent a later return about the child

-- A line of the chronology that was heard stands there once, however often and however late it is heard again.

ALTER TABLE chronology ADD COLUMN heard_in uuid;    -- the event
CREATE UNIQUE INDEX heard_once ON chronology (heard_in) WHERE heard_in IS NOT NULL;

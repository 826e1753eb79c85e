-- A school that becomes an academy gets another URN: what each was called when, and which went on from which.

ALTER TABLE establishment ADD COLUMN opened_on date;    -- null: before anybody kept it, or not yet
ALTER TABLE establishment ADD COLUMN closed_on date;    -- null: open, or nobody knows when

CREATE TABLE establishment_laestab (            -- every LAESTAB under which a school was ever listed
    laestab text NOT NULL,                      -- seven figures: authority and establishment number
    urn     text NOT NULL,
    PRIMARY KEY (laestab, urn)
);
CREATE INDEX establishment_laestab_of_school ON establishment_laestab (urn);
INSERT INTO establishment_laestab
SELECT la_code || establishment_number, urn FROM establishment WHERE establishment_number ~ '^[0-9]{4}$';

CREATE TABLE establishment_succession (         -- GIAS, links between establishments
    predecessor text NOT NULL,
    successor   text NOT NULL,
    since       date,                           -- null: the list did not say
    PRIMARY KEY (predecessor, successor)
);
CREATE INDEX establishment_succession_of_successor ON establishment_succession (successor);

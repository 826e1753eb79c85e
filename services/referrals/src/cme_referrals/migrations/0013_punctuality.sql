-- Whether each return of a school was in time: one row for each chain, kept for ever.

CREATE TABLE punctuality (
    first_submission_id uuid PRIMARY KEY REFERENCES submission,
    kind                text NOT NULL,
    school_urn          text NOT NULL,
    school_la           text NOT NULL,
    received_on         date NOT NULL,          -- the local day on which the first of the chain came
    done_on             date NOT NULL,          -- what is held against the day it was due: receipt, or what it tells was done
    counted_from        date,                   -- null: not said
    in_class            boolean,                -- the class whose returns may not be needed
    exempt              boolean,                -- it was not needed
    unit                text NOT NULL,          -- which days the lateness counts
    due_on              date,
    late                boolean,                -- null: not yet known
    late_by             int,
    CHECK (late IS NOT TRUE OR due_on IS NOT NULL)
);
CREATE INDEX punctuality_of_school ON punctuality (school_urn, received_on);
CREATE INDEX punctuality_not_known ON punctuality (school_la, school_urn)
    WHERE counted_from IS NOT NULL AND (late IS NULL OR late_by IS NULL);

-- What opens no case has come as far as it goes once the register has it; another team of the council may have it then.

ALTER TABLE submission_progress ADD COLUMN matched_at timestamptz, ADD COLUMN team text;

-- Rules that challenge a deletion return, and what they look at.

ALTER TABLE establishment ADD COLUMN type_code text;    -- GIAS, TypeOfEstablishment (code); null: the extract did not say

CREATE TABLE school_own_days (                  -- how a school departs from its authority's school year
    urn           text NOT NULL,
    academic_year text NOT NULL,
    terms         jsonb,                        -- null: the authority's
    inset_days    jsonb NOT NULL,
    closed_days   jsonb NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (urn, academic_year)
);

CREATE TABLE deletion (                         -- what a deletion return said, as codes and days: nothing says who the child is
    submission_id       uuid PRIMARY KEY REFERENCES submission,
    first_submission_id uuid NOT NULL,          -- of its chain: whose it is, the table `whose` says
    school_la           text NOT NULL,
    school_urn          text NOT NULL,
    facts               jsonb NOT NULL
);
CREATE INDEX deletion_of_chain ON deletion (first_submission_id);

CREATE TABLE challenge (                        -- one row for each rule that is not met, not known, or was not
    submission_id uuid NOT NULL REFERENCES deletion,
    place         int NOT NULL,                 -- of the rule in the table of rules when it was first said
    rule          text NOT NULL,
    state         text NOT NULL CHECK (state IN ('challenged', 'answered', 'not_yet_known')),
    source        text NOT NULL,
    what          text NOT NULL,
    mend          text NOT NULL,
    not_before    date,
    decided_at    timestamptz NOT NULL,         -- business time
    PRIMARY KEY (submission_id, rule)
);
CREATE INDEX challenge_not_known ON challenge (rule) WHERE state = 'not_yet_known';

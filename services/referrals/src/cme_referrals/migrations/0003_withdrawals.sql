-- What was taken back, with its corrections. What was received stays.

CREATE TABLE withdrawal (
    first_submission_id uuid PRIMARY KEY REFERENCES submission,
    submission_id       uuid NOT NULL REFERENCES submission,    -- the one of the chain that was named
    reason              text NOT NULL,                          -- a code
    sender              text NOT NULL,                          -- the token's subject
    withdrawn_at        timestamptz NOT NULL                    -- business time
);

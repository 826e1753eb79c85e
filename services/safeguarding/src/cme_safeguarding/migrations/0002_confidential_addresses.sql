-- Addresses, and ways to reach a parent, that a sender marked confidential: here alone, sealed, for safeguarding's own eyes.

CREATE TABLE confidential_address (
    submission_id uuid PRIMARY KEY,
    chain         uuid NOT NULL,                -- whose that is, the table `whose` says
    kid           text NOT NULL,
    sealed        bytea NOT NULL,
    received_at   timestamptz NOT NULL
);
CREATE INDEX confidential_address_chain ON confidential_address (chain);

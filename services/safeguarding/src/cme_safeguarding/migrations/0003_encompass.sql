-- Operation Encompass: that the police told of an incident. Restricted; which incident stands sealed.

CREATE TABLE encompass_notice (
    submission_id uuid PRIMARY KEY,
    chain         uuid NOT NULL,                -- whose that is, the table `whose` says
    source        text NOT NULL,
    recipient     text NOT NULL,                -- who is to be told
    on_time       boolean,                      -- before the next school day began; null: no calendar said
    kid           text NOT NULL,
    sealed        bytea NOT NULL,
    received_at   timestamptz NOT NULL
);
CREATE INDEX encompass_notice_chain ON encompass_notice (chain);

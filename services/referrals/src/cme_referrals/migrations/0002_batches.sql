-- Many forms at once: what came, what became of each row, and which rows were ever taken.

CREATE TABLE batch (
    id          uuid PRIMARY KEY,
    scope       text NOT NULL,                  -- whose it is: a school, or an officer
    sender      text NOT NULL,                  -- the token's subject
    format      text NOT NULL,
    columns     text[] NOT NULL DEFAULT '{}',   -- CSV: names of columns, all of them ours
    state       text NOT NULL CHECK (state IN ('receiving', 'complete', 'stopped', 'cut')),
    received_at timestamptz NOT NULL,           -- business time
    finished_at timestamptz,
    accepted    int NOT NULL DEFAULT 0,
    repeated    int NOT NULL DEFAULT 0,
    refused     int NOT NULL DEFAULT 0,
    wrong       text,                           -- why it could not be read any further; never what was sent
    mend        text,
    created_at  timestamptz NOT NULL DEFAULT now()  -- technical time: what it is forgotten by
);
CREATE INDEX batch_old ON batch (created_at);

CREATE TABLE batch_accepted (
    batch_id      uuid NOT NULL REFERENCES batch ON DELETE CASCADE,
    row           int NOT NULL,
    submission_id uuid NOT NULL,
    repeated      boolean NOT NULL,
    PRIMARY KEY (batch_id, row)
);

CREATE TABLE batch_refused (
    batch_id uuid NOT NULL REFERENCES batch ON DELETE CASCADE,
    row      int NOT NULL,
    kid      text NOT NULL,
    sealed   bytea NOT NULL,                    -- the row word for word and what is wrong with it, bound to its place
    PRIMARY KEY (batch_id, row)
);

CREATE TABLE taken_row (                        -- a row sent again is found here, and not taken twice
    name          bytea PRIMARY KEY,            -- blind token of sender and key, or of sender and content
    contents      bytea NOT NULL,               -- blind token of its content
    submission_id uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX taken_row_old ON taken_row (created_at);

CREATE TABLE told_child (                       -- which sender has told us of which child: tokens only
    token         bytea NOT NULL,
    submission_id uuid NOT NULL,
    PRIMARY KEY (token, submission_id)
);

-- Uploads that are kept whole until all of them is understood: sealed, and forgotten with their batch.

CREATE TABLE kept_file (
    batch_id uuid PRIMARY KEY REFERENCES batch ON DELETE CASCADE,
    urn      text,                              -- the school it was sent for; null: an officer
    roles    text[] NOT NULL,                   -- of the sender's token: as whom it is read again
    charset  text,
    name     text                               -- codes of authorities and schools, as the rule for names has them
);

CREATE TABLE kept_piece (
    batch_id uuid NOT NULL REFERENCES kept_file ON DELETE CASCADE,
    number   int NOT NULL,
    kid      text NOT NULL,
    sealed   bytea NOT NULL,                    -- so many bytes as they came, bound to their place
    PRIMARY KEY (batch_id, number)
);

-- Matching by likeness (decisions 0130-0132). Where one exact trait decided, keys say whom to compare, and the comparison decides.

DROP TABLE trait;

-- Where a record is looked for: digests of facts about it, in several passes (domain/blocking.py). Many records share a key.
CREATE TABLE match_key (
    key       bigint NOT NULL,
    record_id uuid NOT NULL REFERENCES child,
    PRIMARY KEY (key, record_id)
);

-- What the record's own submissions say, where something else is shown: it has absorbed others.
ALTER TABLE child ADD COLUMN own jsonb;

-- Why a submission is a child's: of each that fitted a record which was there before. What is quarantined is not shown.
CREATE TABLE submission_match (
    submission_id uuid PRIMARY KEY REFERENCES submission,
    score         real,                         -- bits; null: of its chain, or alone
    reasons       text[] NOT NULL,
    quarantined   text[] NOT NULL DEFAULT '{}'  -- identifiers that another child has, by field name
);

-- Two records that may be one child, for somebody to say. Never two rows about the same two.
CREATE TABLE review_pair (
    id            uuid PRIMARY KEY,
    one_id        uuid NOT NULL REFERENCES child,
    other_id      uuid NOT NULL REFERENCES child,
    submission_id uuid,                         -- what showed it; null: a person did
    score         real NOT NULL,
    reasons       text[] NOT NULL,
    state         text NOT NULL CHECK (state IN ('open', 'same', 'different')),
    proposed_at   timestamptz NOT NULL,
    decided_at    timestamptz,
    decided_by    uuid,
    CHECK (one_id < other_id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    UNIQUE (one_id, other_id)
);
CREATE INDEX review_pair_other ON review_pair (other_id);
CREATE INDEX review_queue ON review_pair (score DESC, id) WHERE state = 'open';

CREATE TABLE outbox (                           -- what Kafka has not confirmed yet; a confirmed row is deleted
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,     -- the order of publication
    stream     text NOT NULL,
    key        text NOT NULL,
    headers    json NOT NULL,
    payload    bytea NOT NULL,                  -- personal data in it is sealed before it comes here
    created_at timestamptz NOT NULL DEFAULT now(),
    parked_at  timestamptz,                     -- Kafka will never take it (too large): its key waits
    error      text
);
CREATE INDEX outbox_pending ON outbox (stream, seq) WHERE parked_at IS NULL;
CREATE INDEX outbox_parked ON outbox (stream, key) WHERE parked_at IS NOT NULL;

CREATE TABLE inbox (                            -- what has been handled: the claim commits with the effect
    consumer    text NOT NULL,
    event_id    uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_age ON inbox USING brin (received_at);

CREATE TABLE parked (                           -- what could not be handled, byte for byte, until a person has decided
    consumer    text NOT NULL,
    topic       text NOT NULL,
    partition   int NOT NULL,
    "offset"    bigint NOT NULL,
    digest      bytea NOT NULL,                 -- of the record: a topic made anew counts its offsets from 0 again
    key         bytea,
    key_hash    bytea GENERATED ALWAYS AS (sha256(key)) STORED,     -- a stranger's key may be larger than an index entry
    headers     bytea[] NOT NULL,               -- name, value, name, value ...: jsonb would refuse a NUL
    payload     bytea,                          -- null where Kafka had null
    type        text,                           -- null where it could not be read
    error       text NOT NULL,
    holds       boolean NOT NULL,               -- later events of its key wait behind it
    parked_at   timestamptz NOT NULL DEFAULT now(),
    attend_by   timestamptz NOT NULL,           -- its own clock: when a person should have looked at it
    resolved_at timestamptz,
    resolution  text,                           -- 'replayed', or why it was discarded and by whom
    PRIMARY KEY (consumer, topic, partition, "offset", digest)
);
CREATE INDEX parked_open ON parked (consumer, topic, key_hash) WHERE resolved_at IS NULL;

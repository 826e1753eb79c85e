-- What Kafka has confirmed, of the kinds a service can be asked for again; as it was said, still sealed.

CREATE TABLE announced (
    event_id uuid PRIMARY KEY,
    seq      bigint NOT NULL,                   -- the order of its first publication
    said_at  timestamptz NOT NULL,              -- technical time
    stream   text NOT NULL,
    key      text NOT NULL,
    headers  json NOT NULL,
    payload  bytea NOT NULL
);
CREATE INDEX announced_in_order ON announced (seq);

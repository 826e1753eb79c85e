-- What HTTP has to remember: answers already given, and links already used.

CREATE TABLE idempotency (
    route        text NOT NULL,
    caller       text NOT NULL,
    key          text NOT NULL,
    body_hash    bytea NOT NULL,
    status       int,                       -- null only inside the transaction that is answering
    body         jsonb,                     -- identifiers, codes and links; never personal data
    headers      jsonb,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (route, caller, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE link_use (
    link_id      uuid PRIMARY KEY,
    used_at      timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL       -- the link is refused after this anyway, so its row can go
);
CREATE INDEX link_use_over ON link_use (expires_at);

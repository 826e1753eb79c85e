-- What an officer records about a child from outside: orders and consents. Each stands with the record it was given to;
-- whose that is, the record says.

CREATE TABLE attendance_order (
    id            uuid PRIMARY KEY,
    record_id     uuid NOT NULL REFERENCES child,
    order_number  text NOT NULL UNIQUE,
    school_urn    text NOT NULL,
    in_force_from date NOT NULL,
    in_force_to   date CHECK (in_force_to >= in_force_from),
    recorded_by   uuid NOT NULL,
    recorded_at   timestamptz NOT NULL
);
CREATE INDEX order_of_record ON attendance_order (record_id);

CREATE TABLE consent (                          -- decisions: a later one is another row
    id          uuid PRIMARY KEY,
    record_id   uuid NOT NULL REFERENCES child,
    kind        text NOT NULL,
    given       boolean NOT NULL,
    decided_on  date NOT NULL,
    school_urn  text,
    recorded_by uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX consent_of_record ON consent (record_id);

-- What the register has recorded about a child that rules look at. Whose each row is, the table `whose` says: its id is the subject.

CREATE TABLE attendance_order (
    order_id      uuid PRIMARY KEY,
    order_number  text NOT NULL,
    school_urn    text NOT NULL,
    in_force_from date NOT NULL,
    in_force_to   date,
    recorded_at   timestamptz NOT NULL
);

CREATE TABLE consent (
    consent_id  uuid PRIMARY KEY,
    kind        text NOT NULL,
    given       boolean NOT NULL,
    decided_on  date NOT NULL,
    school_urn  text,
    recorded_at timestamptz NOT NULL
);

-- What was handed to another team of the council: once for each team and reason, however often it is heard or corrected.

CREATE TABLE handover (
    id                  uuid PRIMARY KEY,
    record_id           uuid NOT NULL REFERENCES child,     -- the record it fitted; whose that is, the record says
    first_submission_id uuid NOT NULL,
    submission_id       uuid NOT NULL,
    team                text NOT NULL,
    reason              text NOT NULL,
    source              text NOT NULL,
    handed_over_at      timestamptz NOT NULL,               -- business time
    UNIQUE (first_submission_id, team, reason)
);
CREATE INDEX handover_of_record ON handover (record_id);

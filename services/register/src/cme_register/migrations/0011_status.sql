-- What a child is in law, as somebody said it: from which day, and when the council learnt it. Each line stands with the record it
-- was said of; whose that is, the record says. Nothing is changed: what does not hold any more is marked so.

CREATE TABLE status_line (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id           uuid NOT NULL REFERENCES child,
    status              text NOT NULL,
    since               date NOT NULL,
    learnt_at           timestamptz NOT NULL,   -- business time
    because             text NOT NULL,          -- a code
    school_urn          text,
    la_code             text,
    submission_id       uuid,
    first_submission_id uuid,                   -- its chain, which may be taken back
    case_id             uuid REFERENCES case_file,
    decided_by          uuid,
    void_at             timestamptz             -- it was corrected, or taken back
);
CREATE INDEX status_of_record ON status_line (record_id);
CREATE INDEX status_of_chain ON status_line (first_submission_id) WHERE first_submission_id IS NOT NULL AND void_at IS NULL;

-- What the other services were told of a child last: what has not changed is not said again.
CREATE TABLE status_told (
    child_id   uuid PRIMARY KEY REFERENCES child,
    status     text NOT NULL,
    since      date NOT NULL,
    school_urn text,
    la_code    text
);

-- Submissions about children who are not of compulsory school age yet: looked at again on the day it begins.
CREATE TABLE age_watch (
    submission_id uuid PRIMARY KEY,
    record_id     uuid NOT NULL REFERENCES child,
    begins_on     date NOT NULL,
    set_at        timestamptz NOT NULL,
    ended_at      timestamptz,
    because       text,
    CHECK ((ended_at IS NULL) = (because IS NULL))
);
CREATE INDEX age_watch_of_record ON age_watch (record_id) WHERE ended_at IS NULL;

CREATE TABLE home_education_assessment (        -- decisions: a later one is another row
    id          uuid PRIMARY KEY,
    record_id   uuid NOT NULL REFERENCES child,
    suitable    boolean NOT NULL,
    decided_on  date NOT NULL,
    decided_by  uuid NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE INDEX home_education_of_record ON home_education_assessment (record_id);

-- To which other authority a chain was said to be a concern: once to each.
CREATE TABLE authority_concerned (
    first_submission_id uuid NOT NULL,
    la_code             text NOT NULL,
    record_id           uuid NOT NULL REFERENCES child,
    noted_at            timestamptz NOT NULL,
    PRIMARY KEY (first_submission_id, la_code)
);
CREATE INDEX authority_concerned_of_record ON authority_concerned (record_id);

-- The day from which what a return says holds: the name entered or deleted, or the first day of home education.
ALTER TABLE submission ADD COLUMN effective_on date;

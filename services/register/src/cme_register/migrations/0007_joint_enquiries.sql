-- Joint enquiries of grounds (h) and (i). Every signature stays; of each party the latest that was not taken back counts.

CREATE TABLE joint_enquiry (
    id         uuid PRIMARY KEY,
    record_id  uuid NOT NULL REFERENCES child,
    school_urn text NOT NULL,
    ground     text NOT NULL CHECK (ground IN ('h', 'i')),
    began_on   date,                            -- h: the last day of the leave; i: the first day of the absence
    made_at    timestamptz NOT NULL
);
CREATE INDEX joint_enquiry_of_record ON joint_enquiry (record_id);

CREATE TABLE joint_signature (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enquiry_id          uuid NOT NULL REFERENCES joint_enquiry,
    party               text NOT NULL CHECK (party IN ('school', 'authority')),
    found               boolean NOT NULL,
    return_expected     boolean,
    enquiries           int NOT NULL,
    made                jsonb NOT NULL,         -- the council's enquiries as days and codes; the school's stand in its form
    signed_on           date NOT NULL,
    submission_id       uuid,                   -- the school's form
    first_submission_id uuid,                   -- of its chain
    signed_by           uuid,                   -- for the council
    recorded_at         timestamptz NOT NULL,
    withdrawn_at        timestamptz,
    CHECK ((party = 'school') = (submission_id IS NOT NULL AND first_submission_id IS NOT NULL)),
    CHECK ((party = 'authority') = (signed_by IS NOT NULL))
);
CREATE INDEX joint_signature_of_enquiry ON joint_signature (enquiry_id, party, id DESC) WHERE withdrawn_at IS NULL;
CREATE INDEX joint_signature_of_chain ON joint_signature (first_submission_id) WHERE first_submission_id IS NOT NULL;

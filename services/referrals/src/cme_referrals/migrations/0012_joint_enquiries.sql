-- Joint enquiries of grounds (h) and (i) as the register has them. Whose each is, the table `whose` says: its id is the subject.

CREATE TABLE joint_enquiry (
    enquiry_id          uuid PRIMARY KEY,
    school_urn          text NOT NULL,
    ground              text NOT NULL,
    began_on            date,
    decision            text NOT NULL,
    school_signed_on    date,
    authority_signed_on date,
    decided_at          timestamptz NOT NULL
);

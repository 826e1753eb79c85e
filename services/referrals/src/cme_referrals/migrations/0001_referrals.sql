-- Intake: what was sent, how far it has come, and the public lists it is read with.

CREATE TABLE submission (                       -- as received; written once, never changed
    id                  uuid PRIMARY KEY,
    first_submission_id uuid NOT NULL,          -- of its chain: whose it is, the table `whose` says
    reference           text NOT NULL UNIQUE,
    kind                text NOT NULL CHECK (kind IN ('referral', 'new_pupil_return', 'deletion_return')),
    received_at         timestamptz NOT NULL,   -- business time
    sender              text NOT NULL,          -- the token's subject; an identifier, never a name
    sender_urn          text,                   -- the school that sent it, and may see it; null: an officer entered it
    referrer_kind       text NOT NULL,
    school_urn          text,                   -- the school the child attends or attended; kept as given
    still_missing       text[] NOT NULL,        -- names of fields, never values
    quarantined         text[] NOT NULL,        -- names of fields whose value cannot be right
    kid                 text NOT NULL,          -- the key that opens the next column: forgetting it forgets the child
    as_received         bytea NOT NULL          -- the form word for word, sealed, bound to this row's id
);
CREATE INDEX submission_of_chain ON submission (first_submission_id);
CREATE INDEX submission_latest ON submission (received_at DESC, id DESC);
CREATE INDEX submission_of_school ON submission (sender_urn, received_at DESC, id DESC) WHERE sender_urn IS NOT NULL;

-- Facts heard from two topics, in either order: each fills its own columns, and none waits for another.

CREATE TABLE submission_progress (
    submission_id  uuid PRIMARY KEY,
    case_id        uuid,
    on_register_at timestamptz,
    informed_at    timestamptz
);

CREATE TABLE case_progress (
    case_id            uuid PRIMARY KEY,
    investigated_since timestamptz,
    due_on             date,
    closed_at          timestamptz,
    outcome            text
);

CREATE TABLE establishment (                    -- public list (GIAS)
    urn                  text PRIMARY KEY,
    la_code              text NOT NULL,
    establishment_number text NOT NULL,
    name                 text NOT NULL,
    phase                text NOT NULL,
    open                 boolean NOT NULL,
    mailbox              text,                  -- the office's, not a person's
    changed_at           timestamptz NOT NULL
);

CREATE TABLE school_year (                      -- an authority's term dates
    la_code       text NOT NULL,
    academic_year text NOT NULL,
    terms         jsonb NOT NULL,
    closed_days   jsonb NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (la_code, academic_year)
);

-- Who can be written to, what is owed to them, and what became of it.

CREATE TABLE school (
    urn        text PRIMARY KEY,
    name       text NOT NULL,
    mailbox    text,                            -- the office's; null: the list knows none
    changed_at timestamptz NOT NULL
);

CREATE TABLE officer (
    officer_id uuid PRIMARY KEY,
    role       text NOT NULL,
    active     boolean NOT NULL,
    name       text NOT NULL,                   -- personal data: whom a message addresses
    email      text NOT NULL,                   -- personal data: where it goes
    changed_at timestamptz NOT NULL
);
CREATE INDEX officer_role ON officer (role) WHERE active;

-- Whoever sent a submission is told what became of it: the named referrer, or the school whose return it was.
CREATE TABLE submission (
    submission_id       uuid PRIMARY KEY,
    first_submission_id uuid NOT NULL,
    reference           text NOT NULL,
    school_urn          text,                   -- its mailbox is the address of a return, and of a referrer without one
    referrer_kind       text,                   -- of a referral, with the two below; null: a return
    name                text,                   -- personal data
    email               text                    -- personal data
);

CREATE TABLE case_file (
    case_id     uuid PRIMARY KEY,
    officer_id  uuid NOT NULL,                  -- the Lead Officer
    assigned_at timestamptz NOT NULL
);

CREATE TABLE message (
    id               uuid PRIMARY KEY,
    place            bigint GENERATED ALWAYS AS IDENTITY,
    event_id         uuid NOT NULL,             -- what it tells of
    prompted_by      text NOT NULL,             -- that event's type
    cause            jsonb NOT NULL,            -- that event's headers, so that what we say of the message is caused by it
    template         text NOT NULL,
    template_version int,                       -- once it was written out
    audience         text NOT NULL,
    recipient_kind   text NOT NULL CHECK (recipient_kind IN ('officer', 'school', 'submission', 'role', 'partner')),
    recipient        text NOT NULL,             -- an id, a URN or a code; never an address
    urgent           boolean NOT NULL,
    informs_referrer boolean NOT NULL,
    subject          uuid,                      -- what kit/identity knows whose it is: a case, a chain, or a child itself
    child_id         uuid,                      -- as the event said; identity knows better, once it knows
    submission_id    uuid,
    case_id          uuid,
    link             text NOT NULL,             -- where it leads
    facts            jsonb NOT NULL,            -- the event's fields the template uses: ids, codes and dates
    state            text NOT NULL DEFAULT 'queued' CHECK (state IN (
        'queued', 'sending', 'sent', 'delivered', 'temporarily failed', 'permanently failed', 'in doubt')),
    attempts         int NOT NULL DEFAULT 0,
    claim            uuid,                      -- who is sending it: nobody else's outcome is believed
    leased_until     timestamptz,               -- technical time, as retry_at and queued_at
    retry_at         timestamptz,
    queued_at        timestamptz NOT NULL DEFAULT now(),
    channel          text,
    channel_id       text,                      -- what the channel calls it
    reason           text,                      -- a code: why it is where it is
    sent_at          timestamptz,               -- business time, as settled_at
    settled_at       timestamptz,
    UNIQUE (event_id, template, recipient_kind, recipient)
);
-- The sender looks here several times a second: only what is not settled may stand in it.
CREATE INDEX message_open ON message (urgent DESC, place) WHERE state IN ('queued', 'sending', 'temporarily failed', 'in doubt');
CREATE INDEX message_subject ON message (subject);
CREATE INDEX message_submission ON message (submission_id);
CREATE INDEX message_case ON message (case_id);
CREATE INDEX message_child ON message (child_id);

-- The local run's channel: where messages arrive when no e-mail leaves the machine.
CREATE TABLE mailbox (
    message_id  uuid PRIMARY KEY,               -- the same message again overwrites itself
    place       bigint GENERATED ALWAYS AS IDENTITY,
    address     text NOT NULL,
    subject     text NOT NULL,
    body        text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mailbox_address ON mailbox (address, place DESC);

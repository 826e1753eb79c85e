-- Somebody without an account asked for a link: an address, and nothing else is known of them.

CREATE TABLE contact (
    link_id   uuid PRIMARY KEY,
    email     text NOT NULL,                    -- personal data: where the link goes; forgotten after a week
    learnt_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE message DROP CONSTRAINT message_recipient_kind_check;
ALTER TABLE message ADD CONSTRAINT message_recipient_kind_check
    CHECK (recipient_kind IN ('officer', 'school', 'submission', 'role', 'partner', 'team', 'contact'));

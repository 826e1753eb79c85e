-- A message may be for another team of the council.

ALTER TABLE message DROP CONSTRAINT message_recipient_kind_check;
ALTER TABLE message ADD CONSTRAINT message_recipient_kind_check
    CHECK (recipient_kind IN ('officer', 'school', 'submission', 'role', 'partner', 'team'));

-- One outcome may miss several senders: whoever is to tell them is owed a message for each.

ALTER TABLE message DROP CONSTRAINT message_event_id_template_recipient_kind_recipient_key;
ALTER TABLE message ADD UNIQUE NULLS NOT DISTINCT (event_id, template, recipient_kind, recipient, submission_id);

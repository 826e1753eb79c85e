-- A partner sees what its account sent, the newest first; a school's rows are in an index of their own.

CREATE INDEX submission_of_sender ON submission (sender, received_at DESC, id DESC) WHERE sender_urn IS NULL;

-- Links asked for by people without an account: by whom, and for what. Technical time; forgotten once the link is over.

CREATE TABLE contact_link (
    id       uuid PRIMARY KEY,                  -- the link's own id, and what it is about
    purpose  text NOT NULL,
    sender   text NOT NULL,                     -- a blind token of the address: what stands in submission.sender too
    kid      text NOT NULL,
    address  bytea NOT NULL,                    -- sealed, bound to this row's id
    asked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contact_link_of_sender ON contact_link (sender, asked_at);

CREATE TABLE note (
    id     uuid PRIMARY KEY,
    text   text NOT NULL,
    heard  boolean NOT NULL DEFAULT false
);

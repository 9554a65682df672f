-- One photo of a person, shown to villagers while that person answers. Personal data: it goes with the person.

-- +goose Up
CREATE TABLE photo (
    person   text COLLATE "C" PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    jpeg     bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 1 AND 102400), -- square, without metadata
    sha256   bytea NOT NULL CHECK (octet_length(sha256) = 32),
    given_by text NOT NULL, -- the person, or an administrator
    given_at timestamptz NOT NULL
);
ALTER TABLE photo ALTER COLUMN jpeg SET STORAGE EXTERNAL; -- JPEG does not shrink

-- Who and what a hub knows by name.

-- +goose Up
CREATE TABLE person (
    id            text COLLATE "C" PRIMARY KEY,
    account       text COLLATE "C" NOT NULL,
    name          text NOT NULL,
    post          text NOT NULL,
    role          text NOT NULL,
    unit          text NOT NULL,
    password_hash text NOT NULL -- argon2id; empty: no sign-in by password
);
CREATE UNIQUE INDEX person_account ON person (account);

CREATE TABLE kiosk (
    id            text COLLATE "C" PRIMARY KEY,
    point_code    text NOT NULL,
    point_name    text NOT NULL,
    township_code text NOT NULL,
    township_name text NOT NULL,
    public_key    bytea,       -- Ed25519; none until enrolled
    enrolled_at   timestamptz,
    revoked       boolean NOT NULL
);

CREATE TABLE enrolment_code (
    kiosk     text COLLATE "C" PRIMARY KEY REFERENCES kiosk (id), -- one open code each
    hash      bytea NOT NULL,
    issued_by text NOT NULL,
    expires   timestamptz NOT NULL
);

CREATE INDEX enrolment_code_hash ON enrolment_code (hash);

CREATE TABLE session (
    token  text COLLATE "C" PRIMARY KEY, -- hash of the cookie's token
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX session_expiry ON session (expiry);

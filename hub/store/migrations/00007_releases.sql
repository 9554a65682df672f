-- Releases of the kiosks' program, and how far each kiosk is. Nothing here stands between a press and its ring. The
-- bytes are in the database, in pieces, so that every process of a hub has them. Times are the program's.

-- +goose Up
CREATE TABLE release_package (
    version     text COLLATE "C" NOT NULL,
    arch        text COLLATE "C" NOT NULL,
    upload      text COLLATE "C" NOT NULL UNIQUE, -- whose pieces are its bytes
    manifest    jsonb NOT NULL, -- release.Manifest, signature and all
    uploaded_by jsonb NOT NULL, -- releases.Person
    uploaded_at timestamptz NOT NULL,
    PRIMARY KEY (version, arch)
);

-- Pieces of 256 KiB. Those of no package are of an upload under way, or of one that was given up.
CREATE TABLE release_chunk (
    upload    text COLLATE "C" NOT NULL,
    n         integer NOT NULL, -- from 0
    stored_at timestamptz NOT NULL, -- when the upload began
    bytes     bytea NOT NULL,
    PRIMARY KEY (upload, n)
);
ALTER TABLE release_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL; -- packages are compressed already

CREATE TABLE rollout (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rev     bigint NOT NULL, -- rises with each change: who changes it must have seen the last
    version text NOT NULL,
    stage   text NOT NULL,
    state   text NOT NULL,
    data    jsonb NOT NULL -- releases.Rollout
);

CREATE TABLE rollout_kiosk (
    rollout bigint NOT NULL REFERENCES rollout,
    kiosk   text COLLATE "C" NOT NULL,
    phase   text NOT NULL,
    data    jsonb NOT NULL, -- releases.Outcome
    PRIMARY KEY (rollout, kiosk)
);

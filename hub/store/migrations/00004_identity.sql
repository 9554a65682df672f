-- The hub's certificate authority, revoked kiosks, and what kiosks are told from afar.

-- +goose Up
-- One row: of hub processes that start together on an empty database one makes the root, and all have the same.
CREATE TABLE authority (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    key  bytea NOT NULL, -- PKCS #8, DER; secret, as this database's backups are
    root bytea NOT NULL  -- certificate, DER
);

-- Asked for every few seconds.
CREATE INDEX kiosk_revoked ON kiosk (id) WHERE revoked;

-- Every revision that was ever given; the latest of a kiosk counts. Revisions of all kiosks count together, so that a
-- kiosk's own and the common ones can be compared.
CREATE TABLE kiosk_settings (
    rev      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kiosk    text COLLATE "C" NOT NULL, -- empty: for all kiosks of this hub
    settings jsonb NOT NULL,
    given_by text NOT NULL,
    given_at timestamptz NOT NULL
);
CREATE INDEX kiosk_settings_latest ON kiosk_settings (kiosk, rev DESC);

-- What a hub knows of its kiosks' health, and the tickets that people must see to. None of it stands between a press
-- and its ring. Times are the program's.

-- +goose Up
CREATE TABLE kiosk_life (
    kiosk  text COLLATE "C" PRIMARY KEY,
    heard  timestamptz NOT NULL,
    online boolean NOT NULL,
    data   jsonb NOT NULL -- life.Kiosk
);

CREATE TABLE ticket (
    id        text COLLATE "C" PRIMARY KEY,
    n         bigint NOT NULL, -- of the tickets of its site, rising
    site      text COLLATE "C" NOT NULL, -- whose it is; others keep copies
    subject   text COLLATE "C" NOT NULL, -- a kiosk, or a unit's code and "-all"
    code      text NOT NULL,
    phase     text NOT NULL,
    present   boolean NOT NULL, -- the fault stands
    opened_at timestamptz NOT NULL,
    ended_at  timestamptz,
    rev       bigint NOT NULL,
    told      bigint NOT NULL DEFAULT 0, -- the last rev that the site above has on its disk
    data      jsonb NOT NULL -- life.Ticket
);
CREATE INDEX ticket_n ON ticket (site, n);
CREATE INDEX ticket_alive ON ticket (opened_at) WHERE phase <> 'closed' OR present;
CREATE INDEX ticket_latest ON ticket (opened_at DESC, id);
CREATE INDEX ticket_ended ON ticket (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX ticket_untold ON ticket (opened_at) WHERE told < rev;
CREATE INDEX ticket_subject ON ticket (subject, opened_at DESC);

-- Every result of a self-test that a kiosk told of.
CREATE TABLE kiosk_test (
    kiosk    text COLLATE "C" NOT NULL,
    ended_at timestamptz NOT NULL,
    name     text NOT NULL,
    result   text NOT NULL,
    detail   text NOT NULL,
    PRIMARY KEY (kiosk, ended_at, name)
);

-- What a site keeps of its calls. Times are wall times given by the program, never the database's clock.

-- +goose Up
-- One row: who may write. Starting a site takes the next number; each transaction of saves must name the current
-- number and a batch later than all before it, so that neither an old process nor an old connection writes late.
CREATE TABLE incarnation (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    n     bigint NOT NULL,
    batch bigint NOT NULL
);
INSERT INTO incarnation (n, batch) VALUES (0, 0);

-- +goose StatementBegin
CREATE FUNCTION enter_batch(mine bigint, attempt bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE incarnation SET batch = attempt WHERE n = mine AND batch < attempt;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'incarnation % is superseded, or batch % came late', mine, attempt USING ERRCODE = 'HY001';
    END IF;
END $$;
-- +goose StatementEnd

-- Every press ever stored, from which the runs of seen marks are read. Nothing but its id is unique: no rule about
-- calls may keep a press from being stored.
CREATE TABLE press (
    kiosk      text COLLATE "C" NOT NULL,
    boot       bigint NOT NULL,
    seq        bigint NOT NULL,
    call_boot  bigint NOT NULL, -- the call it belongs to, of the same kiosk
    call_seq   bigint NOT NULL,
    key        text NOT NULL,
    pressed_at timestamptz NOT NULL,
    stored_at  timestamptz NOT NULL,
    sig        bytea,
    PRIMARY KEY (kiosk, boot, seq)
);

CREATE TABLE call (
    kiosk     text COLLATE "C" NOT NULL,
    boot      bigint NOT NULL,
    seq       bigint NOT NULL,
    place     bigint GENERATED ALWAYS AS IDENTITY, -- in the order in which this site first heard of them
    key       text NOT NULL,
    phase     text NOT NULL,
    opened_at timestamptz, -- none while the first press has not come
    closed_at timestamptz,
    data      jsonb NOT NULL, -- call.Call
    PRIMARY KEY (kiosk, boot, seq)
);
CREATE UNIQUE INDEX call_place ON call (place);
CREATE INDEX call_open ON call (kiosk, boot, seq) WHERE phase <> 'closed';

-- The event log. A fact is learned once per call, so its content is its identity: a transaction repeated because
-- nobody knows whether it was committed adds nothing.
CREATE TABLE event (
    seq       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kiosk     text COLLATE "C" NOT NULL,
    call_boot bigint NOT NULL,
    call_seq  bigint NOT NULL,
    digest    uuid NOT NULL, -- first half of the SHA-256 of kind, NUL, fact
    kind      text NOT NULL,
    site      text NOT NULL, -- who told us
    stored_at timestamptz NOT NULL,
    data      jsonb NOT NULL,
    UNIQUE (kiosk, call_boot, call_seq, digest)
);

-- +goose StatementBegin
CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log is append-only: % refused', TG_OP USING ERRCODE = 'HY002';
END $$;
-- +goose StatementEnd
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();

-- Places in the streams to and from other sites; they outlive an empty outbox.
CREATE TABLE peer (
    site   text COLLATE "C" PRIMARY KEY,
    next_n bigint NOT NULL DEFAULT 1, -- number of the next fact for it
    have   bigint NOT NULL DEFAULT 0  -- its last fact on disk here
);

CREATE TABLE outbox (
    site text COLLATE "C" NOT NULL,
    n    bigint NOT NULL,
    kiosk text NOT NULL,
    boot bigint NOT NULL,
    seq  bigint NOT NULL,
    kind text NOT NULL,
    data json NOT NULL,
    PRIMARY KEY (site, n)
);

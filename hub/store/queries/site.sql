-- Reading what a site keeps. Writing it is commit.go, which sends one batch.

-- name: TakeOver :one
UPDATE incarnation SET n = n + 1, batch = 0 RETURNING n;

-- name: SeenRuns :many
-- Consecutive marks differ from their row number by the same amount: gaps and islands.
SELECT kiosk, boot, min(seq)::bigint AS from_seq, max(seq)::bigint AS to_seq
FROM (
    SELECT kiosk, boot, seq, seq - row_number() OVER (PARTITION BY kiosk, boot ORDER BY seq) AS island
    FROM press
) marks
GROUP BY kiosk, boot, island
ORDER BY kiosk, boot, from_seq;

-- name: CallsToStartFrom :many
-- All open calls, and the latest few of each kiosk. The kiosks are found by hopping through the primary key, so that
-- old calls are not read.
WITH RECURSIVE kiosks AS (
    (SELECT c.kiosk FROM call c ORDER BY c.kiosk LIMIT 1)
    UNION ALL
    SELECT (SELECT c.kiosk FROM call c WHERE c.kiosk > k.kiosk ORDER BY c.kiosk LIMIT 1)
    FROM kiosks k WHERE k.kiosk IS NOT NULL
)
SELECT latest.data FROM kiosks k CROSS JOIN LATERAL (
    SELECT c.boot, c.seq, c.data FROM call c WHERE c.kiosk = k.kiosk ORDER BY c.boot DESC, c.seq DESC LIMIT @remember
) latest
UNION ALL
SELECT open.data FROM call open WHERE open.phase <> 'closed';

-- name: Outbox :many
SELECT * FROM outbox ORDER BY site, n;

-- name: Peers :many
SELECT * FROM peer;

-- name: LatestCalls :many
SELECT data FROM call ORDER BY place DESC LIMIT @at_most;

-- name: CallsBefore :many
SELECT c.data FROM call c
WHERE c.place < (SELECT b.place FROM call b WHERE b.kiosk = @kiosk AND b.boot = @boot AND b.seq = @seq)
ORDER BY c.place DESC LIMIT @at_most;

-- name: Events :many
SELECT seq, kind, site, stored_at, data FROM event
WHERE kiosk = @kiosk AND call_boot = @boot AND call_seq = @call_seq
ORDER BY seq;

-- name: CallByID :one
SELECT data FROM call WHERE kiosk = @kiosk AND boot = @boot AND seq = @seq;

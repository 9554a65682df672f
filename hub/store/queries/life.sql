-- The health of kiosks, and tickets. Writing them is life.go, which sends one batch.


-- name: WriterIs :one
-- Plainly read, never locked: a commit of presses waits for nobody here.
SELECT EXISTS (SELECT 1 FROM incarnation WHERE n = @n) AS mine;

-- name: AllKioskLife :many
SELECT data FROM kiosk_life ORDER BY kiosk;

-- name: LiveTickets :many
-- Those that are not closed, whose fault still stands, or that ended lately.
SELECT data FROM ticket WHERE phase <> 'closed' OR present
UNION ALL
SELECT data FROM ticket WHERE ended_at > @since::timestamptz AND phase = 'closed' AND NOT present;

-- name: UntoldTickets :many
SELECT data FROM ticket WHERE told < rev;

-- name: LastTicket :one
SELECT coalesce(max(n), 0)::bigint FROM ticket WHERE site = @site;

-- name: LatestTickets :many
SELECT data FROM ticket ORDER BY opened_at DESC, id LIMIT @at_most;

-- name: TicketsOf :many
SELECT data FROM ticket WHERE subject = @subject ORDER BY opened_at DESC, id LIMIT @at_most;

-- name: TestsOf :many
SELECT name, result, ended_at, detail FROM kiosk_test WHERE kiosk = @kiosk ORDER BY ended_at DESC, name LIMIT @at_most;

-- name: TallyPresses :one
-- Reads one stretch of the primary key and no row.
SELECT count(DISTINCT seq) FILTER (WHERE seq <= @up_to AND seq <> ALL (@without::bigint[])) AS due,
    coalesce(max(seq), 0)::bigint AS last, count(*) - count(DISTINCT seq) AS doubled
FROM press WHERE kiosk = @kiosk AND boot >= @since;

-- name: PressMarks :many
SELECT boot, seq FROM press WHERE kiosk = @kiosk AND boot >= @since ORDER BY seq, boot;

-- name: FindSession :one
SELECT data FROM session WHERE token = @token AND expiry > @at;

-- name: PutSession :exec
INSERT INTO session (token, data, expiry) VALUES (@token, @data, @expiry)
ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry;

-- name: DropSession :exec
DELETE FROM session WHERE token = @token;

-- name: DropExpiredSessions :exec
DELETE FROM session WHERE expiry <= @at;

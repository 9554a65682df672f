-- name: KeepAuthority :exec
INSERT INTO authority (key, root) VALUES (@key, @root) ON CONFLICT DO NOTHING;

-- name: Authority :one
SELECT key, root FROM authority;

-- name: RevokedKiosks :many
SELECT id FROM kiosk WHERE revoked ORDER BY id;

-- name: SettingsRev :one
SELECT coalesce(max(rev), 0)::bigint FROM kiosk_settings;

-- name: PutSettings :one
INSERT INTO kiosk_settings (kiosk, settings, given_by, given_at) VALUES (@kiosk, @settings, @given_by, @given_at)
RETURNING rev;

-- name: AllSettings :many
SELECT DISTINCT ON (kiosk) * FROM kiosk_settings ORDER BY kiosk, rev DESC;

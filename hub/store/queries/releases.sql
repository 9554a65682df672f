-- Releases of the kiosks' program. Writing outcomes is releases.go, which sends them in one statement.

-- name: Packages :many
SELECT * FROM release_package ORDER BY uploaded_at DESC, version, arch;

-- name: AddChunk :exec
INSERT INTO release_chunk (upload, n, stored_at, bytes) VALUES (@upload, @n, @stored_at, @bytes);

-- name: PutPackage :execrows
INSERT INTO release_package (version, arch, upload, manifest, uploaded_by, uploaded_at)
VALUES (@version, @arch, @upload, @manifest, @uploaded_by, @uploaded_at)
ON CONFLICT DO NOTHING;

-- name: Chunk :one
SELECT bytes FROM release_chunk WHERE upload = @upload AND n = @n;

-- name: DropPackage :one
DELETE FROM release_package WHERE version = @version AND arch = @arch RETURNING upload;

-- name: DropUpload :exec
DELETE FROM release_chunk WHERE release_chunk.upload = @upload
    AND NOT EXISTS (SELECT 1 FROM release_package p WHERE p.upload = release_chunk.upload);

-- name: DropUploads :exec
DELETE FROM release_chunk WHERE stored_at < @before
    AND NOT EXISTS (SELECT 1 FROM release_package p WHERE p.upload = release_chunk.upload);

-- name: LatestRollout :one
SELECT id, rev, data FROM rollout ORDER BY id DESC LIMIT 1;

-- name: RolloutOutcomes :many
SELECT data FROM rollout_kiosk WHERE rollout = @rollout ORDER BY kiosk;

-- name: RolloutRev :one
SELECT id, rev, state FROM rollout ORDER BY id DESC LIMIT 1;

-- name: LockRollouts :exec
-- Of two that begin a rollout at once one comes after the other and sees it.
LOCK TABLE rollout IN SHARE ROW EXCLUSIVE MODE;

-- name: AddRollout :one
INSERT INTO rollout (rev, version, stage, state, data) VALUES (1, @version, @stage, @state, @data) RETURNING id;

-- name: PutRollout :execrows
UPDATE rollout SET rev = rev + 1, stage = @stage, state = @state, data = @data WHERE id = @id AND rev = @rev;

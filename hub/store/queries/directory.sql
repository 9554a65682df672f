-- name: PutPerson :exec
INSERT INTO person (id, account, name, post, role, unit, password_hash)
VALUES (@id, @account, @name, @post, @role, @unit, @password_hash)
ON CONFLICT (id) DO UPDATE SET account = excluded.account, name = excluded.name, post = excluded.post,
    role = excluded.role, unit = excluded.unit, password_hash = excluded.password_hash;

-- name: PersonByID :one
SELECT * FROM person WHERE id = @id;

-- name: PersonByAccount :one
SELECT * FROM person WHERE account = @account;

-- name: AllPeople :many
SELECT * FROM person ORDER BY account;

-- name: AddKiosk :execrows
INSERT INTO kiosk (id, point_code, point_name, township_code, township_name, public_key, enrolled_at, revoked)
VALUES (@id, @point_code, @point_name, @township_code, @township_name, @public_key, @enrolled_at, @revoked)
ON CONFLICT DO NOTHING;

-- name: Kiosk :one
SELECT * FROM kiosk WHERE id = @id;

-- name: AllKiosks :many
SELECT * FROM kiosk ORDER BY id;

-- name: RevokeKiosk :execrows
UPDATE kiosk SET revoked = true WHERE id = @id;

-- name: DropCode :exec
DELETE FROM enrolment_code WHERE kiosk = @kiosk;

-- name: LockKiosk :one
-- Issuing, redeeming and revoking for one kiosk wait for each other here.
SELECT id FROM kiosk WHERE id = @id FOR UPDATE;

-- name: IssueCode :exec
INSERT INTO enrolment_code (kiosk, hash, issued_by, expires) VALUES (@kiosk, @hash, @issued_by, @expires)
ON CONFLICT (kiosk) DO UPDATE SET hash = excluded.hash, issued_by = excluded.issued_by, expires = excluded.expires;

-- name: CodeKiosk :one
SELECT kiosk FROM enrolment_code WHERE hash = @hash;

-- name: UseCode :execrows
DELETE FROM enrolment_code WHERE kiosk = @kiosk AND hash = @hash AND expires > @at;

-- name: EnrolKiosk :one
UPDATE kiosk SET public_key = @public_key, enrolled_at = @enrolled_at, revoked = false WHERE id = @id RETURNING *;

-- name: PutKiosk :exec
INSERT INTO kiosk (id, point_code, point_name, township_code, township_name, public_key, enrolled_at, revoked)
VALUES (@id, @point_code, @point_name, @township_code, @township_name, @public_key, @enrolled_at, @revoked)
ON CONFLICT (id) DO UPDATE SET point_code = excluded.point_code, point_name = excluded.point_name,
    township_code = excluded.township_code, township_name = excluded.township_name,
    public_key = excluded.public_key, enrolled_at = excluded.enrolled_at, revoked = excluded.revoked;

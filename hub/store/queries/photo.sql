-- name: PutPhoto :exec
INSERT INTO photo (person, jpeg, sha256, given_by, given_at) VALUES (@person, @jpeg, @sha256, @given_by, @given_at)
ON CONFLICT (person) DO UPDATE SET jpeg = excluded.jpeg, sha256 = excluded.sha256, given_by = excluded.given_by,
    given_at = excluded.given_at;

-- name: Photo :one
SELECT * FROM photo WHERE person = @person;

-- name: DropPhoto :exec
DELETE FROM photo WHERE person = @person;

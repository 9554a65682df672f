package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"sync"
	"testing"

	"huying/hub/postgres/pgtest"
)

// TestManyOpenAtOnce starts several hubs on an empty database.
func TestManyOpenAtOnce(t *testing.T) {
	url := pgtest.URL(t)
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		all.Go(func() {
			s, err := Open(t.Context(), url, unsafe)
			if errs[i] = err; err == nil {
				errs[i] = s.Ping(t.Context())
				s.Close()
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestNewerTablesAreRefused(t *testing.T) {
	url := database(t)
	if _, err := connect(t, url).Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), url, unsafe); !errors.Is(err, ErrNewerSchema) {
		t.Fatal(err)
	}
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	url := database(t)
	other := connect(t, url)
	if _, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, url, unsafe); err == nil {
		t.Fatal("opened for a caller that is gone")
	}
}

// merged holds the digest of each migration that hubs may have run: it is
// never changed, a new one is added instead.
var merged = map[string]string{
	"00001_calls.sql":         "8d6a477cdfcb4dc6",
	"00002_directory.sql":     "7c46eabf81bd12ef",
	"00003_purpose.sql":       "8749f1925b5b5816",
	"00004_identity.sql":      "917c2c1ae469fbd5",
	"00005_proof_of_life.sql": "3160e3deee0a83ed",
	"00006_photos.sql":        "5eef0254b4aa6e23",
	"00007_releases.sql":      "e20829501cab080a",
}

func TestMigrationsAreImmutable(t *testing.T) {
	files, err := fs.ReadDir(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		data, err := migrations.ReadFile("migrations/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:8]); merged[f.Name()] != got {
			t.Errorf("%s has the digest %s, not %s: write a new migration", f.Name(), got, merged[f.Name()])
		}
	}
	if len(files) != len(merged) {
		t.Errorf("%d migrations, %d digests", len(files), len(merged))
	}
}

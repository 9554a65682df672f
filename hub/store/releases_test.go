package store

import (
	"testing"
	"time"

	"huying/hub/refusal"
	"huying/hub/releases"
	"huying/hub/storetest"
)

func TestReleases(t *testing.T) {
	storetest.RunReleases(t, func(t *testing.T) (releases.Store, func() releases.Store) {
		url := database(t)
		return opened(t, url, unsafe), func() releases.Store { return opened(t, url, unsafe) }
	})
}

// The words for a full disk come from PostgreSQL's own code for it.
func TestAFullDiskIsSaidInWords(t *testing.T) {
	url := database(t)
	s, c := opened(t, url, unsafe), connect(t, url)
	if _, err := c.Exec(t.Context(), `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
		CREATE TRIGGER full_disk BEFORE INSERT ON release_chunk FOR EACH ROW EXECUTE FUNCTION full_disk()`); err != nil {
		t.Fatal(err)
	}
	if err := s.AddChunk(t.Context(), "one", 0, []byte("x"), time.Now()); refusal.Code(err) != refusal.StoreFull {
		t.Fatal(err)
	}
}

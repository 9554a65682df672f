package memstore_test

import (
	"testing"

	"huying/hub/memstore"
	"huying/hub/releases"
	"huying/hub/storetest"
)

func TestReleases(t *testing.T) {
	storetest.RunReleases(t, func(*testing.T) (releases.Store, func() releases.Store) {
		s := memstore.New()
		return s, func() releases.Store { return s.Reopen() }
	})
}

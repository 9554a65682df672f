package memstore_test

import (
	"errors"
	"testing"

	"huying/hub/directory"
	"huying/hub/directory/directorytest"
	"huying/hub/memstore"
	"huying/hub/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) (storetest.Store, func() storetest.Store) {
		s := memstore.New()
		return s, func() storetest.Store { return s.Reopen() }
	})
}

func TestDirectory(t *testing.T) {
	directorytest.Run(t, func(*testing.T) directory.Store { return memstore.New() })
}

func TestDownFailsUntilItIsUp(t *testing.T) {
	s, down := memstore.New(), errors.New("away")
	s.Down(down)
	if _, err := s.Load(t.Context()); !errors.Is(err, down) {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, down) {
		t.Fatal(err)
	}
	s.Down(nil)
	if _, err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestLife(t *testing.T) {
	storetest.RunLife(t, func(*testing.T) (storetest.LifeStore, func() storetest.LifeStore) {
		s := memstore.New()
		return s, func() storetest.LifeStore { return s.Reopen() }
	})
}

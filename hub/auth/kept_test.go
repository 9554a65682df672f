package auth

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
)

// flaky is a session store that can fail or hang.
type flaky struct {
	*memstore.MemStore
	mu    sync.Mutex
	err   error
	hang  chan struct{}
	finds int
}

func newFlaky() *flaky { return &flaky{MemStore: memstore.NewWithCleanupInterval(0)} }

func (f *flaky) state() (chan struct{}, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.finds++
	return f.hang, f.err
}

func (f *flaky) set(err error, hang chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.hang = err, hang
}

func (f *flaky) Find(token string) ([]byte, bool, error) {
	data, found, _ := f.MemStore.Find(token) // as it was when asked
	hang, err := f.state()
	if hang != nil {
		<-hang
	}
	if err != nil {
		return nil, false, err
	}
	return data, found, nil
}

func (f *flaky) Delete(token string) error {
	if _, err := f.state(); err != nil {
		return err
	}
	return f.MemStore.Delete(token)
}

var errAway = errors.New("connection refused")

func expectFound(t *testing.T, k *kept, token string, want bool) {
	t.Helper()
	if _, found, err := k.Find(token); found != want || err != nil {
		t.Fatalf("found %v %v, want %v", found, err, want)
	}
}

func TestASessionOutlivesItsStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		k := newKept(store, time.Now)
		if err := k.Commit("t", []byte("data"), time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		store.set(errAway, nil)
		time.Sleep(30 * time.Minute)
		expectFound(t, k, "t", true)
		if _, _, err := k.Find("unknown"); err == nil {
			t.Fatal("an unknown session without a store must be an error, not a no")
		}
		time.Sleep(31 * time.Minute)
		if _, found, _ := k.Find("t"); found {
			t.Fatal("believed longer than its life")
		}
	})
}

func TestAHangingStoreHoldsNobodyUpForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		k := newKept(store, time.Now)
		_ = k.Commit("t", []byte("data"), time.Now().Add(time.Hour))
		time.Sleep(keptFresh)
		hang := make(chan struct{})
		store.set(nil, hang)
		for range 3 * keptHanging {
			began := time.Now()
			expectFound(t, k, "t", true)
			if took := time.Since(began); took > keptPatience {
				t.Fatalf("took %v", took)
			}
		}
		if len(k.hanging) > keptHanging {
			t.Fatal("questions pile up")
		}
		close(hang)
	})
}

func TestSigningOutHoldsWhileTheStoreIsAwayAndAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		k := newKept(store, time.Now)
		_ = k.Commit("t", []byte("data"), time.Now().Add(time.Hour))
		_ = k.Commit("other", []byte("data"), time.Now().Add(time.Hour))
		store.set(errAway, nil)
		if err := k.Delete("t"); err != nil {
			t.Fatal(err)
		}
		expectFound(t, k, "t", false)
		store.set(nil, nil)
		expectFound(t, k, "t", false)
		time.Sleep(keptFresh)
		expectFound(t, k, "other", true) // asks the store, which answers again
		if _, found, _ := store.MemStore.Find("t"); found {
			t.Fatal("the store still has the session")
		}
	})
}

func TestAnAnswerUnderWayDoesNotBringASessionBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		_ = store.Commit("t", []byte("data"), time.Now().Add(time.Hour))
		k := newKept(store, time.Now)
		hang := make(chan struct{})
		store.set(nil, hang)
		asked := make(chan bool)
		go func() { _, found, _ := k.Find("t"); asked <- found }()
		synctest.Wait()
		store.set(nil, nil)
		_ = k.Delete("t")
		close(hang)
		if <-asked {
			t.Fatal("found after it was ended")
		}
		expectFound(t, k, "t", false)
	})
}

func TestASessionEndedElsewhereIsNoticedSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newFlaky()
		k := newKept(store, time.Now)
		_ = k.Commit("t", []byte("data"), time.Now().Add(time.Hour))
		_ = store.MemStore.Delete("t")
		expectFound(t, k, "t", true)
		before := store.finds
		expectFound(t, k, "t", true)
		if store.finds != before {
			t.Fatal("a fresh session asks the store")
		}
		time.Sleep(keptFresh)
		expectFound(t, k, "t", false)
		store.set(errAway, nil)
		if _, found, _ := k.Find("t"); found {
			t.Fatal("came back when the store went away")
		}
	})
}

func TestKeptSessionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKept(newFlaky(), time.Now)
		for i := range keptEntries + 50 {
			_ = k.Commit(fmt.Sprint(i), nil, time.Now().Add(time.Hour))
		}
		if len(k.known) != keptEntries {
			t.Fatalf("%d kept", len(k.known))
		}
	})
}

package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"huying/hub/refusal"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// staff is a store of accounts; it counts questions.
type staff struct {
	hash map[string]string
	err  error
}

func (s staff) ByAccount(_ context.Context, account string) (Person, string, bool, error) {
	hash, ok := s.hash[account]
	return Person{ID: "id-" + account}, hash, ok, s.err
}

func (s staff) ByID(context.Context, string) (Person, bool, error) { return Person{}, false, s.err }

func weak(t *testing.T) *Hasher {
	t.Helper()
	h, err := NewHasher(Weak)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestSigningIn(t *testing.T) {
	h := weak(t)
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	store := staff{hash: map[string]string{"zhang": hash, "nologin": ""}}
	s := NewSignIn(store, NewGuard(), h, func() time.Time { return noon })
	if p, err := s.Check(t.Context(), " ZHANG ", "correct horse", "a"); err != nil || p.ID != "id-zhang" {
		t.Fatal(p, err)
	}
	for _, c := range [][2]string{{"zhang", "wrong"}, {"zhang", ""}, {"nobody", "correct horse"}, {"nologin", ""}, {"nologin", "there is no such person"}, {"nobody", "there is no such person"}} {
		if _, err := s.Check(t.Context(), c[0], c[1], "a"); refusal.Code(err) != refusal.BadCredentials {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// An unknown account must cost what a known one does: the decoy that is
// compared instead has the same parameters, so the same work is done.
func TestAnUnknownAccountCostsTheSame(t *testing.T) {
	h, err := NewHasher(Strong)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	real, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		t.Fatal(err)
	}
	decoy, _, _, err := argon2id.DecodeHash(h.decoy)
	if err != nil || *real != *decoy || *real != Strong.Password {
		t.Fatalf("real %+v, decoy %+v", real, decoy)
	}
	began := time.Now()
	if ok, err := h.match(t.Context(), "guess", ""); ok || err != nil {
		t.Fatal(ok, err)
	}
	if took := time.Since(began); took < time.Millisecond { // it is some 20 ms; nothing at all would be a leak
		t.Fatalf("an unknown account was refused within %v", took)
	}
}

func TestAnAwayStoreIsNoFailedAttempt(t *testing.T) {
	s := NewSignIn(staff{err: errors.New("connection refused")}, NewGuard(), weak(t), func() time.Time { return noon })
	for range 3 * guardFree {
		if _, err := s.Check(t.Context(), "zhang", "x", "a"); refusal.Code(err) != refusal.StoreDown {
			t.Fatal(err)
		}
	}
}

func TestPasswordsHaveLimits(t *testing.T) {
	for _, p := range []string{"", "1234567", "密码密码密码密", strings.Repeat("x", MaxPassword+1)} {
		if _, err := weak(t).Hash(t.Context(), p); refusal.Code(err) != refusal.BadField {
			t.Errorf("%q: %v", p, err)
		}
	}
	if _, err := weak(t).Hash(t.Context(), "密码密码密码密码"); err != nil {
		t.Error(err)
	}
}

func TestHashingIsBounded(t *testing.T) {
	h := weak(t)
	release := make(chan struct{})
	var running sync.WaitGroup
	var mu sync.Mutex
	most, now := 0, 0
	work := func() error {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		<-release
		mu.Lock()
		now--
		mu.Unlock()
		return nil
	}
	errs := make(chan error, 3*hashWaiting)
	for range 3 * hashWaiting {
		running.Go(func() { errs <- h.within(context.Background(), work) })
	}
	for range 2 * hashWaiting { // those that found no place say so at once
		if err := <-errs; refusal.Code(err) != refusal.Busy {
			t.Fatal(err)
		}
	}
	close(release)
	running.Wait()
	if most > hashSlots {
		t.Fatalf("%d hashes at once", most)
	}
}

func TestGuard(t *testing.T) {
	g, now := NewGuard(), noon
	for i := range guardFree {
		if wait := g.Attempt("zhang", "a", now); wait != 0 {
			t.Fatalf("attempt %d waits %v", i, wait)
		}
	}
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second} {
		if wait := g.Attempt("zhang", "a", now); wait != want {
			t.Fatalf("wait %v, want %v", wait, want)
		}
		if wait := g.Attempt("zhang", "b", now); wait != 0 {
			t.Fatalf("the person at another desk waits %v", wait)
		}
		g.Succeeded("zhang", "b")
		now = now.Add(want)
		if wait := g.Attempt("zhang", "a", now); wait != 0 {
			t.Fatalf("after the wait: %v", wait)
		}
	}
	for range 100 {
		now = now.Add(guardLongestWait)
		if wait := g.Attempt("zhang", "a", now); wait > 0 {
			t.Fatalf("waits longer than %v", guardLongestWait)
		}
	}
	g.Succeeded("zhang", "a")
	if wait := g.Attempt("zhang", "a", now); wait != 0 {
		t.Fatalf("after success: %v", wait)
	}
}

func TestGuardSlowsOneAddressThatTriesManyAccounts(t *testing.T) {
	g := NewGuard()
	for i := range guardAddressFree {
		if wait := g.Attempt(fmt.Sprint("account", i), "a", noon); wait != 0 {
			t.Fatalf("attempt %d waits %v", i, wait)
		}
	}
	if wait := g.Attempt("another", "a", noon); wait == 0 {
		t.Fatal("one address may try accounts for ever")
	}
	if wait := g.Attempt("another", "b", noon); wait != 0 {
		t.Fatal("another address waits")
	}
}

func TestGuardIsBoundedAndRemembersWhoIsUnderAttack(t *testing.T) {
	g := NewGuard()
	for range guardFree {
		g.Attempt("zhang", "a", noon)
	}
	for i := range 3 * guardEntries {
		g.Attempt(fmt.Sprint("x", i), fmt.Sprint("h", i), noon)
	}
	if len(g.entries) > guardEntries+1 {
		t.Fatalf("%d entries", len(g.entries))
	}
	if g.Attempt("zhang", "a", noon) == 0 {
		t.Fatal("a flood of names washed the attack out")
	}
}

func TestAddress(t *testing.T) {
	for remote, want := range map[string]string{
		"10.1.2.3:5000": "10.1.2.3", "[::ffff:10.1.2.3]:5000": "10.1.2.3",
		"[2001:db8:1:2:3:4:5:6]:80": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64", "@": "unknown", "": "unknown",
	} {
		if got := Address(remote); got != want {
			t.Errorf("%q: %q, want %q", remote, got, want)
		}
	}
}

// Package directorytest proves a directory.Store: the same suite runs against
// memory and against PostgreSQL.
package directorytest

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/refusal"
)

// noon is the time of the suite: whole microseconds, which is what PostgreSQL
// keeps.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 123456000, time.UTC)

// Run proves the store that open makes; it is called once for each part and
// must give an empty one.
func Run(t *testing.T, open func(t *testing.T) directory.Store) {
	parts := []struct {
		name string
		run  func(t *testing.T, s directory.Store)
	}{
		{"people are found by id and account", people},
		{"an account belongs to one person", accounts},
		{"kiosks are added once", kiosks},
		{"a code gives its kiosk the key, once", redeem},
		{"a code is void when late, replaced or withdrawn", voids},
		{"of many who redeem at once one succeeds", race},
		{"a person has one photo", photos},
		{"the authority is the first that was offered", keepAuthority},
		{"settings count up, the latest of each kiosk is given", settings},
		{"news tells who is revoked", news},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) { p.run(t, open(t)) })
	}
}

func person(id, account string) directory.Person {
	return directory.Person{
		ID: id, Account: account, Name: "张三", Post: "接线员", Role: auth.Operator,
		Unit: "361025105", PasswordHash: "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA",
	}
}

func kiosk(id, point string) directory.Kiosk {
	return directory.Kiosk{
		ID: id, Point: directory.Unit{Code: point, Name: "流坑村"},
		Township: directory.Unit{Code: "361025105", Name: "牛田镇"},
	}
}

func people(t *testing.T, s directory.Store) {
	ctx := context.Background()
	zhang, li := person("p1", "zhang"), person("p2", "li")
	li.PasswordHash, li.Role = "", auth.Cadre
	must(t, s.PutPerson(ctx, zhang))
	must(t, s.PutPerson(ctx, li))
	got, err := s.PersonByID(ctx, "p1")
	must(t, err)
	same(t, got, zhang)
	got, err = s.PersonByAccount(ctx, "li")
	must(t, err)
	same(t, got, li)
	all, err := s.AllPeople(ctx)
	must(t, err)
	if len(all) != 2 || all[0] != li || all[1] != zhang {
		t.Fatalf("all people, by account: %+v", all)
	}
	_, err = s.PersonByID(ctx, "zhang")
	refused(t, err, refusal.UnknownPerson)
	_, err = s.PersonByAccount(ctx, "p1")
	refused(t, err, refusal.UnknownPerson)
}

func accounts(t *testing.T, s directory.Store) {
	ctx := context.Background()
	must(t, s.PutPerson(ctx, person("p1", "zhang")))
	refused(t, s.PutPerson(ctx, person("p2", "zhang")), refusal.AccountTaken)
	renamed := person("p1", "zhang.san")
	renamed.Role, renamed.Unit = auth.Supervisor, "361025"
	must(t, s.PutPerson(ctx, renamed))
	must(t, s.PutPerson(ctx, person("p2", "zhang")))
	got, err := s.PersonByID(ctx, "p1")
	must(t, err)
	same(t, got, renamed)
}

func kiosks(t *testing.T, s directory.Store) {
	ctx := context.Background()
	second, first := kiosk("361025105207-2", "361025105207"), kiosk("361025105207-1", "361025105207")
	must(t, s.AddKiosk(ctx, second))
	must(t, s.AddKiosk(ctx, first))
	refused(t, s.AddKiosk(ctx, first), refusal.KioskExists)
	all, err := s.AllKiosks(ctx)
	must(t, err)
	if len(all) != 2 || all[0].ID != first.ID || all[1].ID != second.ID {
		t.Fatalf("all kiosks, by id: %+v", all)
	}
	got, err := s.Kiosk(ctx, first.ID)
	must(t, err)
	if got.Point != first.Point || got.Township != first.Township || got.Enrolled() || got.Revoked || !got.EnrolledAt.IsZero() {
		t.Fatalf("a new kiosk: %+v", got)
	}
	_, err = s.Kiosk(ctx, "361025105207-3")
	refused(t, err, refusal.UnknownKiosk)
	refused(t, s.RevokeKiosk(ctx, "361025105207-3"), refusal.UnknownKiosk)
	first.PublicKey, first.EnrolledAt = key(3), noon
	must(t, s.PutKiosk(ctx, first))
	third := kiosk("361025105207-3", "361025105207")
	must(t, s.PutKiosk(ctx, third))
	must(t, s.PutKiosk(ctx, third))
	got, err = s.Kiosk(ctx, first.ID)
	must(t, err)
	enrolled(t, got, first.ID, key(3))
	if all, err = s.AllKiosks(ctx); err != nil || len(all) != 3 {
		t.Fatalf("after putting: %d kiosks, %v", len(all), err)
	}
}

func redeem(t *testing.T, s directory.Store) {
	ctx := context.Background()
	k := kiosk("361025105207-1", "361025105207")
	must(t, s.AddKiosk(ctx, k))
	must(t, s.AddKiosk(ctx, kiosk("361025105207-2", "361025105207")))
	refused(t, s.IssueCode(ctx, code("361025105207-9", 1)), refusal.UnknownKiosk)
	must(t, s.IssueCode(ctx, code(k.ID, 1)))
	_, err := s.RedeemCode(ctx, hash(2), key(7), noon)
	refused(t, err, refusal.BadCode)
	got, err := s.RedeemCode(ctx, hash(1), key(7), noon)
	must(t, err)
	enrolled(t, got, k.ID, key(7))
	_, err = s.RedeemCode(ctx, hash(1), key(8), noon)
	refused(t, err, refusal.BadCode)
	got, err = s.Kiosk(ctx, k.ID)
	must(t, err)
	enrolled(t, got, k.ID, key(7))
	other, err := s.Kiosk(ctx, "361025105207-2")
	must(t, err)
	if other.Enrolled() {
		t.Fatal("another kiosk got the key")
	}

	must(t, s.RevokeKiosk(ctx, k.ID))
	must(t, s.RevokeKiosk(ctx, k.ID))
	if got, _ = s.Kiosk(ctx, k.ID); got.Enrolled() || !got.Revoked {
		t.Fatalf("revoked: %+v", got)
	}
	must(t, s.IssueCode(ctx, code(k.ID, 3)))
	got, err = s.RedeemCode(ctx, hash(3), key(9), noon)
	must(t, err)
	enrolled(t, got, k.ID, key(9))
}

func voids(t *testing.T, s directory.Store) {
	ctx := context.Background()
	k := kiosk("361025105207-1", "361025105207")
	must(t, s.AddKiosk(ctx, k))
	must(t, s.IssueCode(ctx, code(k.ID, 1)))
	_, err := s.RedeemCode(ctx, hash(1), key(7), noon.Add(directory.CodeLife))
	refused(t, err, refusal.BadCode)
	must(t, s.IssueCode(ctx, code(k.ID, 2)))
	_, err = s.RedeemCode(ctx, hash(1), key(7), noon)
	refused(t, err, refusal.BadCode)
	must(t, s.RevokeKiosk(ctx, k.ID))
	_, err = s.RedeemCode(ctx, hash(2), key(7), noon)
	refused(t, err, refusal.BadCode)
	got, err := s.Kiosk(ctx, k.ID)
	must(t, err)
	if len(got.PublicKey) != 0 || !got.EnrolledAt.IsZero() {
		t.Fatalf("a void code changed the kiosk: %+v", got)
	}
}

func race(t *testing.T, s directory.Store) {
	ctx := context.Background()
	k := kiosk("361025105207-1", "361025105207")
	must(t, s.AddKiosk(ctx, k))
	must(t, s.IssueCode(ctx, code(k.ID, 1)))
	const many = 16
	errs := make([]error, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() { _, errs[i] = s.RedeemCode(ctx, hash(1), key(byte(i)), noon) })
	}
	all.Wait()
	winner := -1
	for i, err := range errs {
		if err == nil {
			if winner >= 0 {
				t.Fatal("two redeemed one code")
			}
			winner = i
			continue
		}
		refused(t, err, refusal.BadCode)
	}
	if winner < 0 {
		t.Fatal("nobody redeemed the code")
	}
	got, err := s.Kiosk(ctx, k.ID)
	must(t, err)
	enrolled(t, got, k.ID, key(byte(winner)))
}

func code(kiosk string, n byte) directory.Code {
	return directory.Code{Kiosk: kiosk, Hash: hash(n), IssuedBy: "p1", Expires: noon.Add(directory.CodeLife)}
}

func hash(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }
func key(n byte) []byte  { return bytes.Repeat([]byte{0x80 | n}, 32) }

func enrolled(t *testing.T, k directory.Kiosk, id string, key []byte) {
	t.Helper()
	if k.ID != id || !bytes.Equal(k.PublicKey, key) || !k.Enrolled() || !k.EnrolledAt.Equal(noon) || k.Point.Name == "" || k.Township.Name == "" {
		t.Fatalf("enrolled kiosk: %+v", k)
	}
}

func same(t *testing.T, got, want directory.Person) {
	t.Helper()
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if refusal.Code(err) != code {
		t.Fatalf("got %v, want refusal %s", err, code)
	}
}

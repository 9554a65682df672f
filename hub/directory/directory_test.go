package directory_test

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/directory/memory"
	"huying/hub/refusal"
)

func zhang() directory.Person {
	return directory.Person{ID: "p1", Account: "zhang", Name: "张三", Post: "接线员", Role: auth.Operator, Unit: "361025105"}
}

func liukeng() directory.Kiosk {
	return directory.Kiosk{
		ID: "361025105207-1", Point: directory.Unit{Code: "361025105207", Name: "流坑村"},
		Township: directory.Unit{Code: "361025105", Name: "牛田镇"},
	}
}

func TestAPersonIsNormalisedOrRefusedByField(t *testing.T) {
	p := zhang()
	p.Account, p.Name = "  Zhang.San ", " 张三 "
	if got, err := p.Normalize(); err != nil || got.Account != "zhang.san" || got.Name != "张三" {
		t.Fatal(got, err)
	}
	for field, spoil := range map[string]func(*directory.Person){
		"id":       func(p *directory.Person) { p.ID = "张" },
		"account":  func(p *directory.Person) { p.Account = "张三" },
		"name":     func(p *directory.Person) { p.Name = "a\nb" },
		"post":     func(p *directory.Person) { p.Post = strings.Repeat("长", 41) },
		"role":     func(p *directory.Person) { p.Role = "king" },
		"unit":     func(p *directory.Person) { p.Unit = "3610251" },
		"password": func(p *directory.Person) { p.PasswordHash = "plain text" },
	} {
		p := zhang()
		spoil(&p)
		_, err := p.Normalize()
		refusedAt(t, err, field)
	}
}

func TestAKioskIsNormalisedOrRefusedByField(t *testing.T) {
	if got, err := liukeng().Normalize(); err != nil || got.ID != "361025105207-1" {
		t.Fatal(got, err)
	}
	for field, spoil := range map[string]func(*directory.Kiosk){
		"point.code":    func(k *directory.Kiosk) { k.Point.Code = "361025105" },
		"point.name":    func(k *directory.Kiosk) { k.Point.Name = " " },
		"kiosk":         func(k *directory.Kiosk) { k.ID = "361025105208-1" },
		"township.code": func(k *directory.Kiosk) { k.Township.Code = "361025106" },
		"township.name": func(k *directory.Kiosk) { k.Township.Name = "\xff" },
		"public_key":    func(k *directory.Kiosk) { k.PublicKey = []byte{1} },
	} {
		k := liukeng()
		spoil(&k)
		_, err := k.Normalize()
		refusedAt(t, err, field)
	}
	for _, id := range []string{"361025105207", "361025105207-", "361025105207-0", "361025105207-01", "361025105207-1.2", "361025105207-1234", "361025105207--1"} {
		k := liukeng()
		k.ID = id
		_, err := k.Normalize()
		refusedAt(t, err, "kiosk")
	}
}

func TestACodeIsReadOutTypedAndUsedOnce(t *testing.T) {
	ctx, now := t.Context(), time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	store := memory.New()
	r := registrar(t, store, func() time.Time { return now })
	if _, err := r.Add(ctx, liukeng()); err != nil {
		t.Fatal(err)
	}
	code, expires, err := r.Issue(ctx, "361025105207-1", "p1")
	if err != nil || !expires.Equal(now.Add(directory.CodeLife)) {
		t.Fatal(expires, err)
	}
	now = expires
	_, err = r.Redeem(ctx, code, publicKey(t), "a")
	refused(t, err, refusal.BadCode)
	now = expires.Add(-time.Second)
	k, err := r.Redeem(ctx, strings.ToLower(code), publicKey(t), "a")
	if err != nil || !k.Enrolled() {
		t.Fatal(k, err)
	}
	_, err = r.Redeem(ctx, code, publicKey(t), "a")
	refused(t, err, refusal.BadCode)
	_, _, err = r.Issue(ctx, "361025105207-9", "p1")
	refused(t, err, refusal.UnknownKiosk)
}

func TestAKioskCannotBeAddedWithAKey(t *testing.T) {
	k := liukeng()
	k.PublicKey, k.EnrolledAt = make([]byte, 32), time.Now()
	got, err := registrar(t, memory.New(), nil).Add(t.Context(), k)
	if err != nil || got.Enrolled() || !got.EnrolledAt.IsZero() {
		t.Fatal(got, err)
	}
}

// switched is a store that can fail or hang until the caller gives up.
type switched struct {
	directory.Store
	err  error
	hang bool
}

func (s *switched) Kiosk(ctx context.Context, id string) (directory.Kiosk, error) {
	if s.hang {
		<-ctx.Done()
		return directory.Kiosk{}, ctx.Err()
	}
	if s.err != nil {
		return directory.Kiosk{}, s.err
	}
	return s.Store.Kiosk(ctx, id)
}

func TestStandbyKnowsKiosksWhileTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		store := &switched{Store: memory.New()}
		k := liukeng()
		k.PublicKey = make([]byte, 32)
		if err := store.AddKiosk(ctx, k); err != nil {
			t.Fatal(err)
		}
		standby := directory.NewStandby(store)
		if err := standby.Warm(ctx); err != nil {
			t.Fatal(err)
		}
		for _, fault := range []switched{{err: errors.New("connection refused")}, {hang: true}} {
			store.err, store.hang = fault.err, fault.hang
			began := time.Now()
			got, err := standby.Kiosk(ctx, k.ID)
			if err != nil || !got.Enrolled() || time.Since(began) > time.Second {
				t.Fatal(got, err, time.Since(began))
			}
			got.PublicKey[0] = 1 // what is handed out is a copy
			if _, err := standby.Kiosk(ctx, "361025105207-9"); err == nil || refusal.Code(err) != "" {
				t.Fatalf("an unknown kiosk without a store: %v", err)
			}
		}
		store.err, store.hang = nil, false
		if err := store.RevokeKiosk(ctx, k.ID); err != nil {
			t.Fatal(err)
		}
		_, _ = standby.Kiosk(ctx, k.ID)
		store.err = errors.New("connection refused")
		if got, err := standby.Kiosk(ctx, k.ID); err != nil || got.Enrolled() || got.PublicKey[0] != 0 {
			t.Fatal("a revoked key is believed again:", got, err)
		}
		store.err = directory.ErrUnknownKiosk()
		_, err := standby.Kiosk(ctx, k.ID)
		refused(t, err, refusal.UnknownKiosk)
		store.err = errors.New("connection refused")
		if got, err := standby.Kiosk(ctx, k.ID); err == nil {
			t.Fatal("a kiosk that is gone is believed again:", got)
		}
	})
}

func TestAccountsSayWhoIsUnknownWithoutAnError(t *testing.T) {
	store := memory.New()
	if err := store.PutPerson(t.Context(), zhang()); err != nil {
		t.Fatal(err)
	}
	a := directory.NewAccounts(directory.NewStandby(store))
	if p, _, found, err := a.ByAccount(t.Context(), "zhang"); !found || err != nil || p.ID != "p1" {
		t.Fatal(p, found, err)
	}
	if _, _, found, err := a.ByAccount(t.Context(), "li"); found || err != nil {
		t.Fatal(found, err)
	}
	if _, found, err := a.ByID(t.Context(), "p9"); found || err != nil {
		t.Fatal(found, err)
	}
}

func registrar(t *testing.T, store *memory.Store, now func() time.Time) *directory.Registrar {
	t.Helper()
	h, err := auth.NewHasher(auth.Weak)
	if err != nil {
		t.Fatal(err)
	}
	return directory.NewRegistrar(store, h, auth.NewGuard(), now)
}

func publicKey(t *testing.T) string {
	t.Helper()
	key, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(key)
}

func refusedAt(t *testing.T, err error, field string) {
	t.Helper()
	r, ok := refusal.Of(err)
	if !ok || r.Code != refusal.BadField || r.Field != field || !strings.HasSuffix(r.Detail, "。") {
		t.Errorf("got %v, want a refusal at %s", err, field)
	}
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if refusal.Code(err) != code {
		t.Fatalf("got %v, want refusal %s", err, code)
	}
}

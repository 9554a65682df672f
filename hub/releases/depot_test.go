package releases_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"huying/hub/memstore"
	"huying/hub/refusal"
	"huying/hub/releases"
	"huying/internal/release"
	"huying/internal/wire"
)

var zhou = releases.Person{ID: "a1", Name: "周"}

// office is one process of a hub; several share the kiosks and the store.
type office struct {
	t      *testing.T
	store  *memstore.Store
	kiosks *[]releases.Kiosk
	now    *time.Time
	told   []string
	alarms []string
	*releases.Depot
}

func newOffice(t *testing.T, kiosks int) *office {
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	o := &office{t: t, store: memstore.New(), kiosks: &[]releases.Kiosk{}, now: &now}
	for i := range kiosks {
		id := "36102510520" + string(rune('0'+i))
		*o.kiosks = append(*o.kiosks, releases.Kiosk{ID: id + "-1", Township: id[:9], Village: id, Online: true, Since: now, Version: "0.2.0", Arch: "arm64"})
	}
	return o.open()
}

// open is another process.
func (o *office) open() *office {
	p := &office{t: o.t, store: o.store, kiosks: o.kiosks, now: o.now}
	p.Depot = releases.NewDepot(releases.Config{Store: o.store, Log: slog.New(slog.DiscardHandler),
		Fleet: func() (time.Time, []releases.Kiosk) { return *p.now, slices.Clone(*p.kiosks) },
		Mine:  func(k string) bool { return k != "361025106200-1" },
		Tell:  func(k []string) { p.told = append(p.told, k...) },
		Alarm: func(k, _, _ string, failed bool) {
			p.alarms = slices.DeleteFunc(p.alarms, func(x string) bool { return x == k })
			if failed {
				p.alarms = append(p.alarms, k)
			}
		}})
	return p
}

func (o *office) look() {
	o.t.Helper()
	*o.now = o.now.Add(time.Minute)
	if err := o.Look(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

// stocked has a package; it gives its bytes.
func (o *office) stocked() []byte {
	o.t.Helper()
	_, key, _ := ed25519.GenerateKey(nil)
	file := bytes.Repeat([]byte("0123456789abcdef"), 40_000) // 640 KB: two pieces and a half
	m, err := release.Sign(key, "0.3.0", "arm64", bytes.NewReader(file))
	if err == nil {
		_, err = o.Upload(o.t.Context(), m, bytes.NewReader(file), zhou, *o.now)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return file
}

func (o *office) begin(trial ...string) {
	o.t.Helper()
	if err := o.Begin(o.t.Context(), "0.3.0", trial, zhou); err != nil {
		o.t.Fatal(err)
	}
	o.look()
}

func TestSeveralProcessesLeadOneRollout(t *testing.T) {
	a := newOffice(t, 2)
	b := a.open()
	file := a.stocked()
	first := (*a.kiosks)[0].ID
	a.begin(first)
	b.look()
	if r := b.See().Rollout; r == nil || r.Kiosks[first].Phase != releases.Offered {
		t.Fatalf("%+v", r)
	}
	_, read, ok := b.Fetch(t.Context(), first, "0.3.0", "arm64")
	if !ok {
		t.Fatal("the other process does not serve the package")
	}
	if got, err := io.ReadAll(read); err != nil || !bytes.Equal(got, file) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if err := b.Withdraw(t.Context(), "", zhou); err != nil {
		t.Fatal(err)
	}
	if a.look(); a.See().Rollout.State != releases.Withdrawn {
		t.Fatal("the first process goes on")
	}
	if _, _, ok := a.Fetch(t.Context(), first, "0.3.0", "arm64"); ok {
		t.Fatal("a package that was withdrawn is served")
	}
}

func TestWhatAKioskIsToldFollowsFromItsHealth(t *testing.T) {
	o := newOffice(t, 2)
	o.stocked()
	first, second := (*o.kiosks)[0].ID, (*o.kiosks)[1].ID
	o.begin(first)
	said := func(version string, p wire.Phase) wire.Health {
		h := wire.Health{Version: "0.2.0", Arch: "arm64"}
		if p != "" {
			h.Update = &wire.UpdateState{Version: version, Phase: p}
		}
		return h
	}
	offer, back, nothing := "offer", "back", ""
	check := func(kiosk string, h wire.Health, want string) {
		t.Helper()
		u, ok := o.Update(kiosk, h)
		got := nothing
		if ok {
			if got = back; u.Release != nil {
				got = offer
			}
		}
		if got != want {
			t.Errorf("%s with %+v is told %q, want %q", kiosk, h.Update, got, want)
		}
	}
	check(first, said("", ""), offer)
	check(first, said("0.2.9", wire.Refused), offer) // of an earlier one
	check(first, said("0.3.0", wire.Fetching), nothing)
	check(first, said("0.3.0", wire.RolledBack), nothing) // about to be seen
	check(first, wire.Health{Version: "0.2.0"}, nothing)  // an older program refuses the frame
	check(first, wire.Health{Version: "0.2.0", Arch: "amd64"}, nothing)
	check(second, said("", ""), nothing)
	check(second, said("0.3.0", wire.Waiting), back)
	check(second, said("0.3.0", wire.Trying), nothing) // too late
	check("361025106200-1", said("0.3.0", wire.Waiting), nothing)
	if err := o.Withdraw(t.Context(), "", zhou); err != nil {
		t.Fatal(err)
	}
	check(first, said("0.3.0", wire.Fetching), back)
	check(first, said("0.3.0", wire.RolledBack), back) // it may be tried again
	check(first, said("0.3.0", wire.Installed), nothing)
}

func TestNothingGoesOnWhileTheStoreIsAway(t *testing.T) {
	o := newOffice(t, 2)
	o.stocked()
	first := (*o.kiosks)[0].ID
	o.begin(first)
	away := errors.New("away")
	o.store.Down(away)
	(*o.kiosks)[0].Update = &wire.UpdateState{Version: "0.3.0", Phase: wire.RolledBack}
	if err := o.Look(t.Context()); !errors.Is(err, away) {
		t.Fatal(err)
	}
	if err := o.Pause(t.Context(), "", zhou); refusal.Code(err) != refusal.StoreDown {
		t.Fatal(err)
	}
	if o.See().Rollout.State != releases.Running {
		t.Fatal("what is not stored is so")
	}
	o.store.Down(nil)
	o.look()
	if o.See().Rollout.State != releases.Halted || !slices.Equal(o.alarms, []string{first}) {
		t.Fatalf("%s %v", o.See().Rollout.State, o.alarms)
	}
	next := o.open() // a process that died before its alarm was stored
	next.look()
	if !slices.Equal(next.alarms, []string{first}) {
		t.Fatalf("%v", next.alarms)
	}
	if err := next.Withdraw(t.Context(), "", zhou); err != nil || len(next.alarms) != 0 {
		t.Fatalf("%v %v", err, next.alarms)
	}
}

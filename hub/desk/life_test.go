package desk

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"huying/hub/auth"
	"huying/hub/memstore"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/life"
	"huying/internal/site"
	"huying/internal/wire"
)

const county = "361025"

// slow is a store whose keeping of health can be made to hang.
type slow struct {
	*memstore.Store
	hang chan struct{} // nil: it does not
}

func (s *slow) SaveLife(ctx context.Context, v life.Save) error {
	if s.hang != nil {
		select {
		case <-s.hang:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.Store.SaveLife(ctx, v)
}

type placed struct{ nameless }

func (placed) Kiosks() []string { return []string{kioskID(1), kioskID(2)} }

// watched starts a desk that keeps what it knows of its kiosks' health.
func watched(t *testing.T, me, parent call.Site, store *slow) *Desk {
	t.Helper()
	home := func(kiosk string) (call.Site, bool) {
		return town, strings.HasPrefix(kiosk, town)
	}
	var children []view.Unit
	if me == county {
		children = []view.Unit{{Code: town}}
	}
	d := New(Config{Site: site.DefaultConfig(me, parent, home), Unit: view.Unit{Code: string(me)}, Children: children, Store: store,
		Places: placed{}, Life: LifeConfig{Store: store}, Log: slog.New(slog.DiscardHandler)})
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}

// tickets gives what a page is told of tickets, and how many other messages
// came before.
func ticketOf(t *testing.T, f *Feed, ok func(view.Ticket) bool) view.Ticket {
	t.Helper()
	for {
		select {
		case b := <-f.Next():
			var m struct {
				Type    string        `json:"type"`
				Ticket  view.Ticket   `json:"ticket"`
				Tickets []view.Ticket `json:"tickets"`
			}
			if err := json.Unmarshal(b, &m); err != nil {
				t.Fatal(err)
			}
			for _, x := range append(m.Tickets, m.Ticket) {
				if x.ID != "" && ok(x) {
					return x
				}
			}
		case <-time.After(time.Hour):
			t.Fatal("no such ticket was shown within an hour")
		}
	}
}

var stuck = wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "red"}}}

// A store that is away, or hangs, holds up neither a press nor a ticket; what
// was not stored is stored later.
func TestHealthWaitsForNoStoreAndNothingForHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: memstore.New()}
		d := watched(t, town, "", store)
		defer d.Stop()
		f, err := d.Subscribe(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Stop()
		store.hang = make(chan struct{})
		s := newSocket()
		d.KioskUp(kioskID(1), s)
		d.FromKiosk(kioskID(1), s, stuck)
		x := ticketOf(t, f, func(x view.Ticket) bool { return x.Code == "key_stuck" })
		s.press(d, kioskID(1), 1)
		for {
			if b := <-s.frames; strings.Contains(b, "PRESS_ACK") {
				break
			}
		}
		if kept, _ := store.LatestTickets(t.Context(), 9); len(kept) != 0 {
			t.Fatalf("a hanging store kept %+v", kept)
		}
		time.Sleep(lifeWait) // gives up,
		store.Down(errors.New("somebody pulled the plug"))
		close(store.hang)
		time.Sleep(5 * lifeRest) // and the database is gone for a while
		if _, err := d.DoTicket(t.Context(), operator, x.ID, view.TicketTake, ""); err != nil {
			t.Fatal(err)
		}
		ticketOf(t, f, func(x view.Ticket) bool { return x.Phase == "taken" })
		store.Down(nil)
		time.Sleep(2 * lifeRest)
		kept, err := store.LatestTickets(t.Context(), 9)
		if err != nil || len(kept) != 1 || kept[0].Phase != life.Taken {
			t.Fatalf("kept %+v, %v", kept, err)
		}
	})
}

// A heartbeat in which nothing changed is no news for any page, and is not
// stored.
func TestAHeartbeatIsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: memstore.New()}
		d := watched(t, town, "", store)
		defer d.Stop()
		s := newSocket()
		d.KioskUp(kioskID(1), s)
		d.FromKiosk(kioskID(1), s, wire.Health{})
		f, err := d.Subscribe(t.Context(), operator)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Stop()
		<-f.Next() // the snapshot
		end := time.After(4 * time.Minute)
		beat := time.NewTicker(30 * time.Second)
		defer beat.Stop()
		for {
			select {
			case <-beat.C:
				d.FromKiosk(kioskID(1), s, wire.Health{})
			case b := <-f.Next():
				if !strings.Contains(string(b), `"type":"beat"`) {
					t.Fatalf("the page is told %s", b)
				}
			case <-end:
				return
			}
		}
	})
}

// wireTo is one direction of a line between two desks in one bubble.
type wireTo struct {
	to     *Desk
	from   call.Site
	back   *wireTo
	frames chan []byte
}

func (w *wireTo) Write(b []byte) error { w.frames <- b; return nil }
func (w *wireTo) Close(string)         {}

func (w *wireTo) run(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case b := <-w.frames:
			if f, err := wire.Decode(b); err == nil {
				w.to.FromPeer(w.from, w.back, f)
			}
		}
	}
}

// join lays a line between a township and the county; what it gives cuts it.
func join(below, above *Desk) (cut func()) {
	up := &wireTo{to: above, from: town, frames: make(chan []byte, 1000)}
	down := &wireTo{to: below, from: county, frames: make(chan []byte, 1000)}
	up.back, down.back = down, up // each desk knows the line by what it writes to
	stop := make(chan struct{})
	below.PeerUp(county, up)
	above.PeerUp(town, down)
	go up.run(stop)
	go down.run(stop)
	return func() {
		close(stop)
		below.PeerDown(county, up)
		above.PeerDown(town, down)
	}
}

// What happened to a ticket while the line was down reaches the county when it
// is up again, also when the township's hub was restarted in between.
func TestTicketsReachTheCountyThroughCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		low, high := &slow{Store: memstore.New()}, &slow{Store: memstore.New()}
		below, above := watched(t, town, county, low), watched(t, county, "", high)
		defer above.Stop()
		cut := join(below, above)
		s := newSocket()
		below.KioskUp(kioskID(1), s)
		below.FromKiosk(kioskID(1), s, stuck)
		below.KioskUp(kioskID(2), s)
		below.FromKiosk(kioskID(2), s, stuck)
		time.Sleep(time.Second)
		copies, err := above.Tickets(t.Context(), supervisor, false, 10)
		if err != nil || len(copies) != 2 {
			t.Fatalf("the county has %+v, %v", copies, err)
		}
		if h := above.lives.health(kioskID(1)); h.State != view.HealthFault || h.Stale {
			t.Fatalf("the county shows the kiosk %+v", h)
		}
		cut()
		below.FromKiosk(kioskID(1), s, wire.Health{})
		below.FromKiosk(kioskID(2), s, wire.Health{})
		time.Sleep(time.Second)
		below.Stop()
		low.Store = low.Reopen()
		time.Sleep(2 * time.Hour) // in which the county goes by its own clock
		copies, _ = above.Tickets(t.Context(), supervisor, false, 10)
		for _, x := range copies {
			if x.Code == "key_stuck" && x.Level != "duty_leader" {
				t.Fatalf("two hours without news, and the copy is at %q", x.Level)
			}
		}
		below = watched(t, town, county, low)
		defer below.Stop()
		defer join(below, above)()
		time.Sleep(15 * time.Second)
		copies, _ = above.Tickets(t.Context(), supervisor, false, 10)
		for _, x := range copies {
			if x.Code == "key_stuck" {
				t.Fatalf("still open at the county: %+v", x)
			}
		}
		if n := len(above.lives.copies); n != 0 {
			t.Fatalf("%d closed copies are kept in memory", n)
		}
		im, err := low.LoadLife(t.Context(), town, time.Time{}, true)
		if err != nil || len(im.Untold) != 0 {
			t.Fatalf("untold: %+v, %v", im.Untold, err)
		}
	})
}

// A kiosk whose key is revoked is missed by nobody, also when its last words
// come after the revocation.
func TestARevokedKioskIsNotMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &slow{Store: memstore.New()}
		d := watched(t, town, "", store)
		defer d.Stop()
		s := newSocket()
		d.KioskUp(kioskID(1), s)
		d.FromKiosk(kioskID(1), s, stuck)
		d.mu.Lock()
		d.lives.cfg.Retired = func(string) bool { return true }
		d.mu.Unlock()
		d.PlacesChanged()
		d.FromKiosk(kioskID(1), s, stuck)
		d.KioskDown(kioskID(1), s)
		time.Sleep(time.Hour)
		if open, err := d.Tickets(t.Context(), operator, false, 9); err != nil || len(open) != 0 {
			t.Fatalf("%+v %v", open, err)
		}
		if h := d.lives.health(kioskID(1)); h.State != view.HealthRetired {
			t.Fatalf("%+v", h)
		}
	})
}

// A site may speak of its own kiosks only.
func TestForeignHealthIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		above := watched(t, county, "", &slow{Store: memstore.New()})
		defer above.Stop()
		line := &wireTo{frames: make(chan []byte, 1000)}
		above.PeerUp(town, line)
		foreign := life.Ticket{ID: "361025106200-1.361025105.t1", Site: town, Subject: "361025106200-1", Kiosk: "361025106200-1", Present: true, Rev: 1}
		body, err := json.Marshal(foreign)
		if err != nil {
			t.Fatal(err)
		}
		above.FromPeer(town, line, wire.Ticket{ID: foreign.ID, Rev: 1, Sent: time.Now(), Body: body})
		// Its own subject under another township's id would be shown to that.
		foreign.Subject, foreign.Kiosk = kioskID(1), kioskID(1)
		if body, err = json.Marshal(foreign); err != nil {
			t.Fatal(err)
		}
		above.FromPeer(town, line, wire.Ticket{ID: foreign.ID, Rev: 1, Sent: time.Now(), Body: body})
		above.FromPeer(town, line, wire.Condition{Kiosk: "361025106200-1", State: "ok"})
		above.FromPeer(town, line, wire.TicketDo{ID: "x", Action: "take", Person: call.Person{ID: "p"}, Site: town})
		if len(above.lives.copies) != 0 || len(above.lives.below) != 0 {
			t.Fatalf("%+v %+v", above.lives.copies, above.lives.below)
		}
	})
}

var supervisor = auth.Person{ID: "c1", Name: "虚构赵", Post: "值班员", Role: auth.Supervisor, Unit: county}

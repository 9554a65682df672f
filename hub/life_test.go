package hub_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"huying/hub"
	"huying/hub/directory"
	"huying/hub/postgres/pgtest"
	"huying/hub/store"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/wire"
)

// clock is the hub's wall clock, which a test may put forward.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead).UTC()
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// database is a store in a real PostgreSQL.
type database struct{ *store.Store }

func (d database) Sessions() scs.Store { return d.Store.Sessions() }

// booth is a kiosk that only says how it is.
type booth struct {
	t    *testing.T
	id   string
	boot uint32
	key  ed25519.PrivateKey
	conn *websocket.Conn
	got  chan wire.Frame
}

func boothID(n int) string { return fmt.Sprintf("361025105%03d-1", 300+n) }

// booths enrols kiosks; they are not on the line yet.
func booths(t *testing.T, kiosks directory.Kiosks, n int) (out []*booth) {
	for i := range n {
		_, key, err := ed25519.GenerateKey(nil)
		must(t, err)
		b := &booth{t: t, id: boothID(i), key: key}
		must(t, kiosks.PutKiosk(t.Context(), directory.Kiosk{ID: b.id, EnrolledAt: time.Now(), PublicKey: key.Public().(ed25519.PublicKey),
			Point: directory.Unit{Code: b.id[:12], Name: fmt.Sprintf("试%d村", i)}, Township: directory.Unit(niutian)}))
		out = append(out, b)
	}
	return out
}

// connect puts the kiosk on the line and says how it is.
func (b *booth) connect(w *township, h wire.Health) {
	b.t.Helper()
	if b.conn != nil {
		b.conn.Close()
	}
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+w.app.Addr()+"/kiosk", nil)
	must(b.t, err)
	b.t.Cleanup(func() { conn.Close() })
	b.conn, b.got = conn, make(chan wire.Frame, 100)
	got := b.got
	go func() {
		for {
			_, data, err := conn.ReadMessage()
			if err != nil {
				close(got)
				return
			}
			if f, err := wire.Decode(data); err == nil {
				got <- f
			}
		}
	}()
	nonce := b.hears(wire.TChallenge).(wire.Challenge).Nonce
	b.boot++
	b.say(wire.Hello{Kiosk: b.id, Proto: wire.Proto, BootNo: b.boot, BootID: "b", NextSeq: 1, Sig: ed25519.Sign(b.key, wire.HelloText(nonce, b.id))})
	b.hears(wire.TWelcome)
	b.say(h)
}

func (b *booth) say(f wire.Frame) {
	b.t.Helper()
	data, err := wire.Encode(f)
	must(b.t, err)
	must(b.t, b.conn.WriteMessage(websocket.TextMessage, data))
}

func (b *booth) hears(want wire.Type) wire.Frame {
	b.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case f, ok := <-b.got:
			if !ok {
				b.t.Fatalf("%s: the line ended before %s came", b.id, want)
			}
			if f.Type() == want {
				return f
			}
		case <-deadline:
			b.t.Fatalf("%s never heard %s", b.id, want)
		}
	}
}

// practise presses a key for practice and waits until it is stored.
func (b *booth) practise(seq uint32) {
	b.t.Helper()
	id := call.PressID{Kiosk: b.id, Mark: call.Mark{Boot: 1, Seq: seq}}
	b.say(wire.Press{Press: id, Call: id, Key: call.Urgent, Purpose: call.ForPractice,
		Sig: ed25519.Sign(b.key, wire.PressText(id, id, call.Urgent, call.ForPractice))})
	b.hears(wire.TPressAck)
}

// ticket waits until the page shows one that is as it should be.
func (o *operator) ticket(what string, ok func(view.Ticket) bool) view.Ticket {
	o.t.Helper()
	var last view.Ticket
	deadline := time.After(patience)
	for {
		select {
		case x := <-o.tickets:
			last = x
			if ok(x) {
				return x
			}
		case <-deadline:
			o.t.Fatalf("the page never showed %s; last: %+v", what, last)
		}
	}
}

// listed gives tickets, by code.
func (o *operator) listed(path string) map[string][]view.Ticket {
	o.t.Helper()
	var list struct {
		Tickets []view.Ticket `json:"tickets"`
	}
	must(o.t, o.do("GET", path, nil, &list))
	out := map[string][]view.Ticket{}
	for _, x := range list.Tickets {
		out[x.Code] = append(out[x.Code], x)
	}
	return out
}

// pointIs waits until a point's health is as it should be.
func (o *operator) pointIs(kiosk, what string, ok func(*view.Health) bool) {
	o.t.Helper()
	var last *view.Health
	deadline := time.After(patience)
	for {
		select {
		case p := <-o.point:
			if p.Kiosk != kiosk {
				continue
			}
			if last = p.Health; last != nil && ok(last) {
				return
			}
		case <-deadline:
			o.t.Fatalf("the page never showed %s; last: %+v", what, last)
		}
	}
}

// onDisk is a township whose hub keeps everything in a real PostgreSQL.
func onDisk(t *testing.T) (w *township, time *clock, url string) {
	url, time = pgtest.URL(t), &clock{}
	w = newHub(t, hub.Config{Unit: niutian, Metrics: freeAddress(t)}, seedText)
	w.now = time.now
	w.disk = func() hub.Storage {
		s, err := store.Open(context.Background(), url, store.Options{Unsafe: true})
		must(t, err)
		return database{s}
	}
	return w, time, url
}

// From a kiosk that says that its key is stuck to the county: live on the page,
// up after two hours without a stop-gap, kept over a restart of the hub.
func TestAFaultIsATicketThatGoesUp(t *testing.T) {
	w, now, _ := onDisk(t)
	disk := w.disk().(database)
	b := booths(t, disk, 1)[0]
	disk.Close()
	w.start()
	wang := w.operator("wang", "mima-wang-1")
	stuck := wire.Health{Version: "0.2.0", Faults: []wire.Fault{{Code: "key_stuck", Part: "red", ForMS: 5000}}, Power: &wire.Power{Percent: 90, Mains: true}}
	b.connect(w, stuck)
	x := wang.ticket("the stuck key", func(x view.Ticket) bool { return x.Code == "key_stuck" && x.Phase == "open" })
	if x.Kiosk != b.id || x.Unit.Name != "试0村" || x.Title != "按键卡住：红键" || x.Red || x.DueMS == nil || len(x.May) != 4 {
		t.Fatalf("%+v", x)
	}
	wang.pointIs(b.id, "the fault", func(h *view.Health) bool {
		return h.State == view.HealthFault && slices.Equal(h.Failed, []string{"key_stuck:red"})
	})
	must(t, wang.do("POST", "/api/tickets/"+x.ID+"/take", map[string]string{}, nil))
	wang.ticket("who took it", func(x view.Ticket) bool { return x.Phase == "taken" && x.By.Name == "王（虚构）" })

	now.forward(2*time.Hour - time.Minute)
	b.say(stuck)
	now.forward(2 * time.Minute)
	b.say(stuck)
	up := wang.ticket("that it went up", func(x view.Ticket) bool { return x.Level == "duty_leader" })
	if up.Phase != "taken" || up.DueMS == nil {
		t.Fatalf("%+v", up)
	}
	if n := w.counted(`huying_ticket_escalations_total{level="duty_leader"}`); n != "1" {
		t.Fatalf("%q escalations are counted", n)
	}
	if code := codeOf(wang.do("POST", "/api/tickets/"+x.ID+"/stop-gap", map[string]string{"note": " "}, nil)); code != "bad_field" {
		t.Fatalf("a stop-gap without a word: %q", code)
	}
	must(t, wang.do("POST", "/api/tickets/"+x.ID+"/stop-gap", map[string]string{"note": "邻居家的电话已贴在门口"}, nil))
	wang.ticket("the stop-gap", func(x view.Ticket) bool { return x.Phase == "stop_gap" && x.DueMS == nil })

	w.app.Stop()
	w.start()
	wang = w.operator("wang", "mima-wang-1")
	again := wang.ticket("the same ticket after a restart", func(view.Ticket) bool { return true })
	if again.ID != x.ID || again.Phase != "stop_gap" || again.Level != "duty_leader" || !again.Present {
		t.Fatalf("%+v", again)
	}
	b.connect(w, wire.Health{})
	gone := wang.ticket("that the fault is over", func(x view.Ticket) bool { return !x.Present })
	if gone.Phase != "stop_gap" || gone.LastedMS < (2*time.Hour).Milliseconds() {
		t.Fatalf("it stood for so long that somebody must confirm: %+v", gone)
	}
	must(t, wang.do("POST", "/api/tickets/"+x.ID+"/close", map[string]string{}, nil))
	wang.ticket("the end", func(x view.Ticket) bool { return x.Phase == "closed" })
	if code := codeOf(wang.do("POST", "/api/tickets/"+x.ID+"/take", map[string]string{}, nil)); code != "ticket_closed" {
		t.Fatalf("taken after its end: %q", code)
	}
	var detail view.PointLife
	must(t, wang.do("GET", "/api/health/points/"+b.id, nil, &detail))
	if len(detail.History) != 1 || detail.History[0].ID != x.ID || detail.Tickets != 0 || detail.Version != "" || !detail.Online {
		t.Fatalf("%+v", detail)
	}
}

// Ten of twelve kiosks of a township fall silent: one alarm, and one end.
func TestATownshipThatFallsSilentIsOneAlarm(t *testing.T) {
	w, now, _ := onDisk(t)
	disk := w.disk().(database)
	all := booths(t, disk, 12)
	disk.Close()
	w.start()
	wang := w.operator("wang", "mima-wang-1")
	for _, b := range all {
		b.connect(w, wire.Health{})
	}
	for _, b := range all {
		wang.pointIs(b.id, "that it is well", func(h *view.Health) bool { return h.State == view.HealthOK })
	}
	alive := all[10:]
	for range 9 { // of heartbeats
		now.forward(10 * time.Second)
		for _, b := range alive {
			b.say(wire.Ping{})
			b.hears(wire.TPong)
		}
	}
	x := wang.ticket("the outage", func(x view.Ticket) bool { return x.Code == "outage" && len(x.Members) == 10 })
	if !x.Red || x.Unit.Name != "牛田镇" || x.Kiosk != "" {
		t.Fatalf("%+v", x)
	}
	if list := wang.listed("/api/alarms"); len(list) != 1 || len(list["outage"]) != 1 {
		t.Fatalf("alarms %+v", list)
	}
	if n := w.counted(`huying_kiosks{state="offline"}`); n != "10" {
		t.Fatalf("%q kiosks are counted offline", n)
	}
	for _, b := range all[:10] {
		b.connect(w, wire.Health{})
	}
	end := wang.ticket("the end of it", func(x view.Ticket) bool { return x.Code == "outage" && x.Phase == "closed" })
	if lasted := time.Duration(end.LastedMS) * time.Millisecond; lasted < 80*time.Second || lasted > 3*time.Minute {
		t.Fatalf("it lasted %v", lasted)
	}
	if list := wang.listed("/api/tickets"); len(list) != 0 {
		t.Fatalf("still open: %+v", list)
	}
	var history struct {
		Tickets []view.Ticket `json:"tickets"`
	}
	must(t, wang.do("GET", "/api/tickets?open=false", nil, &history))
	if len(history.Tickets) != 1 {
		t.Fatalf("%d tickets in the history, want the outage alone", len(history.Tickets))
	}
}

// Somebody removes a stored press: the next count names it.
func TestALostPressIsNamed(t *testing.T) {
	w, _, url := onDisk(t)
	disk := w.disk().(database)
	b := booths(t, disk, 1)[0]
	disk.Close()
	w.start()
	wang := w.operator("wang", "mima-wang-1")
	b.connect(w, wire.Health{Ledger: wire.Ledger{Since: 1}})
	for n := range uint32(3) {
		b.practise(n + 1)
	}
	wang.pointIs(b.id, "what the practice proved", func(h *view.Health) bool { return h.ProvenBy == "practice" && h.ProvenAt != nil })
	b.connect(w, wire.Health{Ledger: wire.Ledger{Since: 1, Made: 3}})
	wang.counted(b.id, 3)
	if list := wang.listed("/api/alarms"); len(list) != 0 {
		t.Fatalf("alarms before anything is wrong: %+v", list)
	}

	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.Background())
	gone, err := conn.Exec(t.Context(), "DELETE FROM press WHERE kiosk = $1 AND seq = 2", b.id)
	must(t, err)
	if gone.RowsAffected() != 1 {
		t.Fatal("no press was removed")
	}
	b.connect(w, wire.Health{Ledger: wire.Ledger{Since: 1, Made: 3}})
	x := wang.ticket("the ledger", func(x view.Ticket) bool { return x.Code == "ledger" })
	if want := []string{b.id + ".1.2"}; !x.Red || !slices.Equal(x.Presses, want) {
		t.Fatalf("red %v names %v, want %v", x.Red, x.Presses, want)
	}
	if n := w.counted("huying_ledger_differences_total"); n != "1" {
		t.Fatalf("%q differences are counted", n)
	}
	must(t, wang.do("POST", "/api/tickets/"+x.ID+"/close", map[string]string{"note": "已核对纸质登记"}, nil))
	wang.ticket("the end", func(x view.Ticket) bool { return x.Phase == "closed" && !x.Present })
}

// counted waits until a kiosk's ledger was held against the store.
func (o *operator) counted(kiosk string, made uint32) {
	o.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		var p view.PointLife
		must(o.t, o.do("GET", "/api/health/points/"+kiosk, nil, &p))
		if p.Ledger.CheckedAt != nil && p.Ledger.Made == made && len(p.Ledger.Missing)+len(p.Ledger.Surplus) == 0 && p.Proofs[0].At.Before(*p.Ledger.CheckedAt) {
			return
		}
		if time.Now().After(deadline) {
			o.t.Fatalf("the ledger was never counted: %+v", p.Ledger)
		}
	}
}

// The county sees the tickets of its townships, its people do something with
// them, and a township's hub that falls silent is one alarm.
func TestTheCountySeesItsTownshipsTickets(t *testing.T) {
	county, town := newCounty(t)
	zhao, wang := county.operator("zhao", "mima-zhao-1"), town.operator("wang", "mima-wang-1")
	b := booths(t, town.store, 1)[0]
	b.connect(town, wire.Health{Faults: []wire.Fault{{Code: "key_stuck", Part: "green"}}})
	x := zhao.ticket("the township's ticket", func(x view.Ticket) bool { return x.Code == "key_stuck" })
	if x.Site.Code != niutian.Code || x.Kiosk != b.id || len(x.May) != 4 {
		t.Fatalf("%+v", x)
	}
	must(t, zhao.do("POST", "/api/tickets/"+x.ID+"/stop-gap", map[string]string{"note": "县里已派人"}, nil))
	wang.ticket("what the county did", func(x view.Ticket) bool { return x.StopGap && x.By.Name == "赵（虚构）" })
	zhao.ticket("its own act", func(x view.Ticket) bool { return x.StopGap })

	county.app.Stop()
	county.store = county.store.Reopen()
	now := &clock{}
	county.now = now.now
	county.start()
	zhao = county.operator("zhao", "mima-zhao-1")
	zhao.ticket("the copy that it kept", func(y view.Ticket) bool { return y.ID == x.ID && y.StopGap })
	now.forward(2 * time.Minute)
	silent := zhao.ticket("the silent hub", func(x view.Ticket) bool { return x.Code == "site_silent" })
	if !silent.Red || silent.Unit.Name != "牛田镇" {
		t.Fatalf("%+v", silent)
	}
	if code := codeOf(zhao.do("POST", "/api/tickets/"+x.ID+"/repaired", map[string]string{"note": "修好了"}, nil)); code != "site_away" {
		t.Fatalf("done at a site that is out of reach: %q", code)
	}
}

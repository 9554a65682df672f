package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"

	"huying/hub/api"
	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/directory/memory"
	"huying/hub/view"
)

const (
	password = "correct horse"
	callID   = "361025105207-1.7.42"
	ticketID = "361025105207-1.361025105.t7"
)

// site is a township hub with everything but a desk.
type site struct {
	t        *testing.T
	handler  *api.Handler
	store    *away
	sessions *memstore.MemStore
	tickets  *auth.Tickets
	desk     *desk
	remote   *remote
	stock    *stock
	log      bytes.Buffer
	now      time.Time
}

// away is a directory that can be taken away.
type away struct {
	*memory.Store
	mu   sync.Mutex
	down bool
}

func (a *away) gone() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.down {
		return errors.New("dial unix /run/secret-path: connection refused")
	}
	return nil
}

func (a *away) PersonByID(ctx context.Context, id string) (directory.Person, error) {
	if err := a.gone(); err != nil {
		return directory.Person{}, err
	}
	return a.Store.PersonByID(ctx, id)
}

func (a *away) PersonByAccount(ctx context.Context, account string) (directory.Person, error) {
	if err := a.gone(); err != nil {
		return directory.Person{}, err
	}
	return a.Store.PersonByAccount(ctx, account)
}

func open(t *testing.T) *site {
	t.Helper()
	hasher, err := auth.NewHasher(auth.Weak)
	must(t, err)
	s := &site{
		t: t, store: &away{Store: memory.New()}, sessions: memstore.NewWithCleanupInterval(0),
		tickets: auth.NewTickets(), desk: &desk{}, now: time.Now(), remote: &remote{given: map[string]directory.Settings{}},
	}
	clock := func() time.Time { return s.now }
	s.stock = newStock(t)
	standby := directory.NewStandby(s.store)
	accounts := directory.NewAccounts(standby)
	s.handler, err = api.New(api.Config{
		Site: view.Unit{Code: "361025105", Name: "牛田镇"}, Demo: true,
		Sessions: auth.NewSessions(s.sessions, "361025105", false),
		SignIn:   auth.NewSignIn(accounts, auth.NewGuard(), hasher, clock),
		Accounts: accounts, Tickets: s.tickets,
		Calls: s.desk, Media: s.desk, Records: s.desk, Duty: s.desk, Points: s.desk, Health: s.desk, Live: s.desk, Photos: s.store,
		Kiosks: directory.NewRegistrar(s.store, hasher, auth.NewGuard(), clock), Remote: s.remote, Releases: s.stock, Identity: identity(t, s.store),
		Address: "https://hub.test", Last: &api.HubAbove{Code: "361025", Name: "乐安县", URL: "https://county.test"},
		Unit: func(code string) (view.Unit, bool) {
			return view.Unit{Code: code, Name: "牛田镇"}, code == "361025105"
		},
		Ready: func(context.Context) error { return s.desk.err },
		Log:   slog.New(slog.NewJSONHandler(&s.log, nil)), Now: clock,
	})
	must(t, err)
	hash, err := hasher.Hash(t.Context(), password)
	must(t, err)
	for _, role := range auth.Roles {
		s.person(string(role), role, "361025105", hash)
	}
	s.person("supervisor", auth.Supervisor, "361025", hash)
	s.person("foreign", auth.Operator, "361025106", hash)
	s.person("foreign-admin", auth.Administrator, "361025106", hash)
	s.person("village", auth.Operator, "361025105209", hash)
	must(t, s.store.AddKiosk(t.Context(), directory.Kiosk{
		ID: "361025105207-1", Point: directory.Unit{Code: "361025105207", Name: "流坑村"},
		Township: directory.Unit{Code: "361025105", Name: "牛田镇"},
	}))
	return s
}

func (s *site) person(account string, role auth.Role, unit, hash string) {
	p, err := directory.Person{
		ID: "id-" + account, Account: account, Name: "张三", Post: "接线员",
		Role: role, Unit: unit, PasswordHash: hash,
	}.Normalize()
	must(s.t, err)
	must(s.t, s.store.PutPerson(s.t.Context(), p))
}

// browser is one person's browser: it keeps cookies and says where its page is
// from.
type browser struct {
	site   *site
	cookie *http.Cookie
	header http.Header
}

func (s *site) browser() *browser {
	return &browser{site: s, header: http.Header{"Origin": {"http://hub.test"}}}
}

// signedIn is a browser in which somebody signed in.
func (s *site) signedIn(account string) *browser {
	s.t.Helper()
	b := s.browser()
	b.expect(200, "POST", "/api/session", credentials(account, password))
	return b
}

func credentials(account, password string) string {
	raw, _ := json.Marshal(map[string]string{"account": account, "password": password})
	return string(raw)
}

func (b *browser) do(method, path, body string) *httptest.ResponseRecorder {
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "http://hub.test"+path, reader)
	r.Header = b.header.Clone()
	if body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.site.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookie = c
		if c.MaxAge < 0 {
			b.cookie = nil
		}
	}
	return w
}

func (b *browser) expect(status int, method, path, body string) *httptest.ResponseRecorder {
	b.site.t.Helper()
	w := b.do(method, path, body)
	if w.Code != status {
		b.site.t.Fatalf("%s %s: %d %s, want %d", method, path, w.Code, w.Body, status)
	}
	return w
}

// refused expects a problem with a code and gives it.
func (b *browser) refused(status int, code, method, path, body string) api.Problem {
	b.site.t.Helper()
	return problem(b.site.t, b.expect(status, method, path, body), code)
}

// problem checks the form of every problem: RFC 9457, Chinese, no $schema.
func problem(t *testing.T, w *httptest.ResponseRecorder, code string) api.Problem {
	t.Helper()
	if ct := w.Header().Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("content type %q: %s", ct, w.Body)
	}
	var p api.Problem
	decoder := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	decoder.DisallowUnknownFields()
	must(t, decoder.Decode(&p))
	if p.Code != code || p.Status != w.Code || p.Type != "about:blank" || p.Title == "" || !strings.HasSuffix(p.Detail, "。") {
		t.Fatalf("problem %+v, want code %s", p, code)
	}
	return p
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return v
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk answers what it is told and notes what it was asked.
type desk struct {
	err   error
	asked []string
	ended []string
}

func (d *desk) note(what ...string) { d.asked = append(d.asked, strings.Join(what, " ")) }

func (d *desk) Answer(_ context.Context, by auth.Person, id string) (view.Call, error) {
	d.note("answer", by.ID, id)
	return call("361025105207"), d.err
}

func (d *desk) HangUp(_ context.Context, by auth.Person, id string) error {
	d.note("hang up", by.ID, id)
	return d.err
}

func (d *desk) Speech(_ context.Context, by auth.Person, id string, heard time.Duration, _ float64) error {
	d.note("speech", by.ID, id, heard.String())
	return d.err
}

func (d *desk) Attended(_ context.Context, by auth.Person, id, who, note string) error {
	d.note("attended", by.ID, id, who, note)
	return d.err
}

func (d *desk) Close(_ context.Context, by auth.Person, id, disposition, note string) error {
	d.note("close", by.ID, id, disposition, note)
	return d.err
}

func (d *desk) Join(_ context.Context, by auth.Person, id string) (string, string, error) {
	d.note("join", by.ID, id)
	return "ws://hub.test/rtc", "token", d.err
}

func (d *desk) List(_ context.Context, by auth.Person, _ int) ([]view.Call, error) {
	d.note("list", by.ID)
	return []view.Call{call("361025105207"), call("361025105209"), call("361025106200")}, d.err
}

func (d *desk) Show(_ context.Context, by auth.Person, id string) (view.Call, []api.Event, error) {
	d.note("show", by.ID, id)
	return call("361025105207"), nil, d.err
}

func (d *desk) SetDuty(_ context.Context, by auth.Person, on bool) error {
	d.note("duty", by.ID, map[bool]string{true: "on", false: "off"}[on])
	return d.err
}

func (d *desk) Points(context.Context, auth.Person) ([]view.Point, error) {
	return []view.Point{{Point: view.Unit{Code: "361025105207"}}, {Point: view.Unit{Code: "361025106200"}}}, d.err
}

func (d *desk) HealthPoints(context.Context, auth.Person) ([]view.PointHealth, error) {
	return []view.PointHealth{{Point: view.Unit{Code: "361025105209"}, Kiosk: "361025105209-1"}, {Point: view.Unit{Code: "361025106200"}}}, d.err
}

func (d *desk) HealthPoint(_ context.Context, by auth.Person, kiosk string) (view.PointLife, error) {
	d.note("health", by.ID, kiosk)
	return view.PointLife{}, d.err
}

func (d *desk) Tickets(context.Context, auth.Person, bool, int) ([]view.Ticket, error) {
	return []view.Ticket{{ID: ticketID}, {ID: "361025105-all.361025105.t3"}, {ID: "361025105209-1.361025105.t4"}, {ID: "361025106-all.361025.t3"}}, d.err
}

func (d *desk) Alarms(ctx context.Context, by auth.Person) ([]view.Ticket, error) {
	return d.Tickets(ctx, by, false, 0)
}

func (d *desk) DoTicket(_ context.Context, by auth.Person, id string, a view.TicketAction, note string) (view.Ticket, error) {
	d.note("ticket", by.ID, id, string(a), note)
	return view.Ticket{ID: id}, d.err
}

func (d *desk) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
func (d *desk) EndSession(id string)                             { d.ended = append(d.ended, id) }

func call(point string) view.Call {
	return view.Call{
		ID: callID, Point: view.Unit{Code: point}, Key: "urgent", Phase: view.Ringing,
		Rings: []string{}, May: []view.Action{view.Answer},
	}
}

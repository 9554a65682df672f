package api_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"huying/hub/api"
	"huying/hub/auth"
)

func TestSigningInGivesAStrictCookieAndMe(t *testing.T) {
	site := open(t)
	b := site.browser()
	b.refused(401, "no_session", "GET", "/api/session", "")
	w := b.expect(200, "POST", "/api/session", credentials(" OPERATOR ", password))
	me := decode[api.Me](t, w)
	if me.Person.ID != "id-operator" || me.Site.Code != "361025105" || !me.Demo || !slices.Equal(me.Pages, []string{"desk"}) {
		t.Fatalf("me: %+v", me)
	}
	c := b.cookie
	if c.Name != "huying_361025105" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" {
		t.Fatalf("cookie: %+v", c)
	}
	if again := decode[api.Me](t, b.expect(200, "GET", "/api/session", "")); again.Person != me.Person {
		t.Fatalf("me again: %+v", again)
	}
	if all, _ := site.sessions.All(); len(all) != 1 || all[c.Value] != nil {
		t.Fatal("the store holds the cookie's value itself")
	}
}

func TestSigningOutEndsTheSessionAndItsSockets(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	stolen := *b.cookie
	b.expect(204, "DELETE", "/api/session", "")
	if b.cookie != nil || len(site.desk.ended) != 1 || site.desk.ended[0] == "" {
		t.Fatalf("cookie %v, sockets ended %v", b.cookie, site.desk.ended)
	}
	b.cookie = &stolen
	b.refused(401, "no_session", "GET", "/api/session", "")
}

func TestSigningInAnewChangesTheTokenAndEndsTheOldSession(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	old := *b.cookie
	b.expect(200, "POST", "/api/session", credentials("duty_leader", password))
	if b.cookie.Value == old.Value || len(site.desk.ended) != 1 {
		t.Fatalf("same token, or sockets left: %v", site.desk.ended)
	}
	stale := site.browser()
	stale.cookie = &old
	stale.refused(401, "no_session", "GET", "/api/session", "")
	planted := site.browser()
	planted.cookie = &http.Cookie{Name: old.Name, Value: "planted"}
	planted.expect(200, "POST", "/api/session", credentials("operator", password))
	if planted.cookie.Value == "planted" {
		t.Fatal("a planted token became a session")
	}
}

func TestWrongAccountAndWrongPasswordAreTheSame(t *testing.T) {
	site := open(t)
	b := site.browser()
	wrong := b.refused(401, "bad_credentials", "POST", "/api/session", credentials("operator", "wrong"))
	unknown := b.refused(401, "bad_credentials", "POST", "/api/session", credentials("nobody", password))
	if wrong.Detail != unknown.Detail || b.cookie != nil {
		t.Fatalf("%+v and %+v", wrong, unknown)
	}
}

func TestGuessingIsSlowedDownAndSaysForHowLong(t *testing.T) {
	site := open(t)
	b := site.browser()
	for range 5 {
		b.refused(401, "bad_credentials", "POST", "/api/session", credentials("operator", "guess"))
	}
	w := b.do("POST", "/api/session", credentials("operator", password))
	problem(t, w, "too_many_attempts")
	if w.Code != 429 || w.Header().Get("Retry-After") != "1" {
		t.Fatalf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	site.now = site.now.Add(time.Second)
	b.expect(200, "POST", "/api/session", credentials("operator", password))
}

func TestAPasswordNeverComesBackNorIntoTheLog(t *testing.T) {
	const secret = "s3cret-7731"
	site := open(t)
	b := site.browser()
	for _, body := range []string{
		credentials("operator", secret),
		credentials("", secret),
		`{"account":"operator","password":"` + strings.Repeat(secret, 20) + `"}`,
		`{"account":"operator","password":["` + secret + `"]}`,
		`{"account":"operator","password":"` + secret,
		`{"account":5,"password":"` + secret + `"}`,
		`"` + secret + `"`,
		secret,
	} {
		w := b.do("POST", "/api/session", body)
		if w.Code < 400 || strings.Contains(w.Body.String(), secret) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
	if bytes.Contains(site.log.Bytes(), []byte(secret)) {
		t.Error("a password is in the log")
	}
}

func TestPeopleWorkOnWhileTheDatabaseIsAway(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	b.expect(202, "POST", "/api/calls/"+callID+"/answer", "")
	site.store.mu.Lock()
	site.store.down = true
	site.store.mu.Unlock()
	b.expect(202, "POST", "/api/calls/"+callID+"/answer", "")
	p := site.browser().refused(503, "store_down", "POST", "/api/session", credentials("duty_leader", password))
	if strings.Contains(p.Detail, "secret-path") {
		t.Fatal("the cause is shown to people")
	}
	if !bytes.Contains(site.log.Bytes(), []byte("secret-path")) {
		t.Fatal("the cause is not in the log")
	}
	b.expect(204, "DELETE", "/api/session", "")
	b.refused(401, "no_session", "GET", "/api/session", "")
}

func TestATicketBelongsToThePageThatAsked(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	got := decode[struct {
		Ticket    string `json:"ticket"`
		ExpiresMS int64  `json:"expires_in_ms"`
	}](t, b.expect(200, "POST", "/api/ticket", ""))
	holder, reason := site.tickets.Redeem(got.Ticket, "http://hub.test", site.now)
	if reason != auth.TicketGood || holder.Person.ID != "id-operator" || holder.Session == "" || got.ExpiresMS != 30_000 {
		t.Fatalf("%+v %s %+v", got, reason, holder)
	}
	b.header.Del("Origin")
	b.refused(403, "origin_refused", "POST", "/api/ticket", "")
	for _, evil := range []string{"http://evil.test", "null"} {
		b.header.Set("Origin", evil)
		b.refused(403, "origin_refused", "POST", "/api/ticket", "")
	}
}

func TestAnotherSitesPageDoesNothingInOnesName(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	b.header.Set("Origin", "http://evil.test")
	b.refused(403, "origin_refused", "POST", "/api/calls/"+callID+"/answer", "")
	b.header.Set("Sec-Fetch-Site", "cross-site")
	b.header.Set("Content-Type", "text/plain")
	b.refused(403, "origin_refused", "PUT", "/api/duty", `{"on":true}`)
	if len(site.desk.asked) != 0 {
		t.Fatal(site.desk.asked)
	}
}

package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"huying/cmd/villagesim/voice"
	"huying/hub/media"
)

func TestVillagerAndOperatorHearEachOther(t *testing.T) {
	for name, o := range map[string]voice.Options{
		"opus": {}, "pcmu": {Codec: voice.PCMU{}}, "one peer connection": {OnePeer: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, media.Config{})
			w.open("k7/3/12")
			red, green := o, o
			red.Hz, green.Hz = 440, 1000
			villager := w.join("k7/3/12", "kiosk:k7", media.Talker, red)
			operator := w.join("k7/3/12", "person:wang", media.Talker, green)
			at := expectTone(t, operator, "kiosk:k7", 440, 75)
			back := expectTone(t, villager, "person:wang", 1000, 75)
			t.Logf("connect to first audio: operator %v, villager %v (waited for the operator)",
				at.FirstAfter.Round(time.Millisecond), back.FirstAfter.Round(time.Millisecond))
		})
	}
}

func TestListenerHearsAndIsNotHeard(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	villager := w.join("c1", "kiosk", media.Talker, voice.Options{Hz: 500})
	operator := w.join("c1", "operator", media.Talker, voice.Options{Hz: 800})
	for _, role := range []media.Role{media.Listener, media.Recorder} {
		silent := w.join("c1", string(role), role, voice.Options{})
		expectTone(t, silent, "kiosk", 500, 50)
		expectTone(t, silent, "operator", 800, 50)
		// LiveKit answers a forbidden track with silence, so this waits in vain;
		// an allowed one is published in a few milliseconds.
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		loud, err := voice.Join(ctx, w.url, w.token("c1", "loud-"+string(role), role), voice.Options{Hz: 1200})
		cancel()
		if err == nil {
			loud.Leave()
			t.Fatalf("a %s could publish", role)
		}
	}
	expectTone(t, operator, "kiosk", 500, 100)
	w.join("c1", "unseen", media.Listener, voice.Options{})
	newcomer := dialFirst(t, w.url+"/rtc?protocol=16&access_token="+w.token("c1", "newcomer", media.Talker))
	seen := map[string]bool{}
	for _, p := range newcomer.GetJoin().GetOtherParticipants() {
		seen[p.Identity] = true
	}
	if !maps.Equal(seen, map[string]bool{"kiosk": true, "operator": true}) {
		t.Errorf("a newcomer sees %v, want the villager and the operator alone", seen)
	}
	for who, v := range map[string]*voice.Voice{"villager": villager, "operator": operator} {
		if h := v.Heard(); len(h) != 1 {
			t.Errorf("the %s hears %+v, want the other one alone", who, h)
		}
	}
}

func TestOnlyTheHubOpensRooms(t *testing.T) {
	w := newTown(t, media.Config{})
	w.expectRefused(w.token("never-opened", "kiosk", media.Talker), http.StatusNotFound)
	w.open("c1")
	w.open("c1") // again changes nothing
	w.join("c1", "kiosk", media.Talker, voice.Options{})
}

func TestTokenAdmitsToItsOwnRoomAlone(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	w.open("c2")
	inside := w.join("c1", "kiosk", media.Talker, voice.Options{Hz: 500})
	outside := w.join("c2", "stranger", media.Talker, voice.Options{Hz: 900})
	expectTone(t, w.join("c1", "operator", media.Talker, voice.Options{Hz: 700}), "kiosk", 500, 50)
	expectTone(t, inside, "operator", 700, 50)
	if h := outside.Heard(); len(h) != 0 {
		t.Errorf("the stranger in another room hears %+v", h)
	}
	// Asking for the other room by name does not help either: the token decides.
	name := dialFirst(t, w.url+"/rtc?room=c1&protocol=16&access_token="+w.token("c2", "asker", media.Talker))
	if got := name.GetJoin().GetRoom().GetName(); got != "c2" {
		t.Errorf("a token of c2 led into %q", got)
	}
}

func TestForeignAndExpiredTokensAreRefused(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	c := w.Config()
	foreign, _ := media.NewRooms(w.url, c.Key, strings.Repeat("x", 40)).Token("c1", "k", "", media.Talker, time.Hour)
	w.expectRefused(foreign, http.StatusUnauthorized)
	unknown, _ := media.NewRooms(w.url, "nobody", c.Secret).Token("c1", "k", "", media.Talker, time.Hour)
	w.expectRefused(unknown, http.StatusUnauthorized)
	expired, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": c.Key, "sub": "k", "exp": time.Now().Add(-10 * time.Minute).Unix(),
		"video": map[string]any{"roomJoin": true, "room": "c1"},
	}).SignedString([]byte(c.Secret))
	w.expectRefused(expired, http.StatusUnauthorized)
	w.expectRefused("", http.StatusUnauthorized)
	err := media.NewRooms("http"+strings.TrimPrefix(w.url, "ws"), c.Key, c.Secret).Open(t.Context(), "c2")
	var e *media.Error
	if !errors.As(err, &e) || e.Code != media.CodeUnavailable {
		t.Errorf("the room service is reachable through the hub's port: %v", err)
	}
}

func TestCloseEndsTheCallForEverybody(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	villager := w.join("c1", "kiosk", media.Talker, voice.Options{Hz: 500})
	operator := w.join("c1", "operator", media.Talker, voice.Options{Hz: 800})
	expectTone(t, operator, "kiosk", 500, 10)
	for range 2 { // the second time there is nothing to close
		if err := w.Rooms().Close(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		expectLeft(t, villager)
		expectLeft(t, operator)
	}
	w.expectRefused(w.token("c1", "kiosk", media.Talker), http.StatusNotFound)
}

func TestTransferKeepsTheVillagerConnected(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	villager := w.join("c1", "kiosk", media.Talker, voice.Options{Hz: 500})
	operator := w.join("c1", "operator", media.Talker, voice.Options{Hz: 800})
	expectTone(t, villager, "operator", 800, 10)
	cadre := w.join("c1", "cadre", media.Talker, voice.Options{Hz: 1100})
	expectTone(t, villager, "cadre", 1100, 10)
	for range 2 { // the second time nobody is there
		if err := w.Rooms().Remove(t.Context(), "c1", "operator"); err != nil {
			t.Fatal(err)
		}
		expectLeft(t, operator)
	}
	before := expectTone(t, villager, "cadre", 1100, 10).Packets
	expectTone(t, villager, "cadre", 1100, before+50)
	expectTone(t, cadre, "kiosk", 500, 50)
}

// TestSeveralServersInOneProcess starts servers side by side and one after the
// other: a test, or a demo, holds a township and a county.
func TestSeveralServersInOneProcess(t *testing.T) {
	a, b := newTown(t, media.Config{}), newTown(t, media.Config{})
	talk := func(w *town, hz int) {
		w.open("same-name")
		w.join("same-name", "kiosk", media.Talker, voice.Options{Hz: hz})
		expectTone(t, w.join("same-name", "operator", media.Talker, voice.Options{}), "kiosk", float64(hz), 25)
	}
	talk(a, 440)
	talk(b, 880)
	a.Stop()
	a.Stop() // idempotent
	if err := a.Rooms().Open(t.Context(), "x"); err == nil {
		t.Error("a stopped server opened a room")
	}
	again := newTown(t, media.Config{UDPPort: a.Config().UDPPort}) // the port is free again
	talk(again, 660)
	b.open("other") // b never noticed
}

func TestTakenPortsAreNamed(t *testing.T) {
	w := newTown(t, media.Config{})
	tcp, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	for field, c := range map[string]media.Config{
		"media.udp_port": {UDPPort: w.Config().UDPPort},
		"media.tcp_port": {TCPPort: tcp.Addr().(*net.TCPAddr).Port},
	} {
		c.NodeIP = "127.0.0.1"
		s, err := Start(t.Context(), c)
		var e *media.Error
		if !errors.As(err, &e) || e.Code != media.CodePort || e.Field != field {
			t.Errorf("got %v, want %s at %s", err, media.CodePort, field)
		}
		if s != nil {
			s.Stop()
		}
	}
}

// TestTheTCPPortIsOpen: the way for networks that drop UDP is there when asked
// for. That LiveKit speaks over it is LiveKit's own test.
func TestTheTCPPortIsOpen(t *testing.T) {
	free, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	port := free.Addr().(*net.TCPAddr).Port
	free.Close()
	newTown(t, media.Config{TCPPort: port})
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

// TestNobodyOutsideIsAsked reads what LiveKit tells a client to ask: public
// STUN servers would be named here.
func TestNobodyOutsideIsAsked(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	first := dialFirst(t, w.url+"/rtc?protocol=16&access_token="+w.token("c1", "kiosk", media.Talker))
	servers := first.GetJoin().GetIceServers()
	if len(servers) == 0 {
		t.Fatalf("no servers named; is this a join? %v", first)
	}
	for _, s := range servers {
		for _, url := range s.Urls {
			_, host, _ := strings.Cut(url, ":")
			if addr, err := netip.ParseAddrPort(host); err != nil || !addr.Addr().IsLoopback() {
				t.Errorf("clients are sent to %s", url)
			}
		}
	}
}

func TestProxyShowsSignallingAndNothingElse(t *testing.T) {
	w := newTown(t, media.Config{})
	w.open("c1")
	ask := func(path, token string) (*http.Response, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Origin", "http://127.0.0.1:8099")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		recorder := httptest.NewRecorder()
		w.Handler().ServeHTTP(recorder, r)
		body, _ := io.ReadAll(recorder.Result().Body)
		return recorder.Result(), string(body)
	}
	for _, path := range []string{"/", "/twirp/livekit.RoomService/ListRooms", "/rtc/../twirp/livekit.RoomService/ListRooms",
		"/rtc/v2", "/whip/v1", "/agent", "/debug/pprof/", "//rtc"} {
		if answer, body := ask(path, w.token("c1", "k", media.Talker)); answer.StatusCode != http.StatusNotFound ||
			!strings.Contains(body, "media.not_found") {
			t.Errorf("%s: %d %s, want our own 404", path, answer.StatusCode, body)
		}
	}
	answer, body := ask("/rtc/validate", w.token("c1", "k", media.Talker))
	if answer.StatusCode != http.StatusOK || len(answer.Header.Values("Access-Control-Allow-Origin")) != 1 {
		t.Errorf("validate: %d %q, origins %q", answer.StatusCode, body, answer.Header.Values("Access-Control-Allow-Origin"))
	}
	w.Stop()
	if answer, body := ask("/rtc/validate", ""); answer.StatusCode != http.StatusBadGateway || !strings.Contains(body, media.CodeUnavailable) {
		t.Errorf("after Stop: %d %s", answer.StatusCode, body)
	}
}

func TestTokensStayOutOfTheLog(t *testing.T) {
	var out bytes.Buffer
	l := log{to: slog.New(slog.NewTextHandler(&out, nil))}
	l.Infow("joined")
	l.Debugw("joined")
	l.Warnw("error reading data channel", errors.New("joined and left"))
	l.WithComponent("transport").WithComponent("pion.ice").WithValues("a", 1).Warnw("joined", nil)
	l.WithComponent("pion.ice").Errorw("broken", nil)
	l.WithValues("room", "c1").Warnw("refused", errors.New("invalid token: eyJhbGciOi.eyJleHAi.sig-_x, error: expired"))
	text := out.String()
	if strings.Contains(text, "eyJ") || strings.Contains(text, "joined") || !strings.Contains(text, "expired") ||
		!strings.Contains(text, "room=c1") || !strings.Contains(text, "level=WARN") || !strings.Contains(text, "broken") {
		t.Errorf("logged %q", text)
	}
}

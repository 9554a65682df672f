package embedded

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/livekit/protocol/livekit"
	"golang.org/x/net/websocket"
	"google.golang.org/protobuf/proto"

	"huying/cmd/villagesim/voice"
	"huying/hub/media"
)

// patience bounds every wait in these tests; nothing waits this long unless it
// is broken.
const patience = 20 * time.Second

// town is a hub's own port with LiveKit behind it.
type town struct {
	*Server
	t   *testing.T
	url string // of the hub's port, ws
}

func newTown(t *testing.T, c media.Config) *town {
	t.Helper()
	c.NodeIP = "127.0.0.1"
	s, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	mux := http.NewServeMux()
	mux.Handle("/rtc", s.Handler())
	mux.Handle("/rtc/", s.Handler())
	port := httptest.NewServer(mux)
	t.Cleanup(port.Close)
	return &town{Server: s, t: t, url: "ws" + strings.TrimPrefix(port.URL, "http")}
}

func (w *town) open(call string) {
	w.t.Helper()
	if err := w.Rooms().Open(w.t.Context(), call); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) token(call, who string, role media.Role) string {
	w.t.Helper()
	token, err := w.Rooms().Token(call, who, who, role, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func (w *town) join(call, who string, role media.Role, o voice.Options) *voice.Voice {
	w.t.Helper()
	v, err := voice.Join(w.t.Context(), w.url, w.token(call, who, role), o)
	if err != nil {
		w.t.Fatalf("%s cannot join %s: %v", who, call, err)
	}
	w.t.Cleanup(v.Leave)
	return v
}

// expectTone fails unless who hears at least packets packets of a clean tone.
func expectTone(t *testing.T, who *voice.Voice, from string, hz float64, packets int) voice.Hearing {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	h, err := who.AwaitHeard(ctx, from, packets)
	if err != nil {
		t.Fatalf("%v; heard %+v", err, who.Heard())
	}
	if math.Abs(h.Hz-hz) > 3 || h.Level < -20 || h.Faults > 0 {
		t.Fatalf("heard %+v from %s, want %.0f Hz", h, from, hz)
	}
	return h
}

func expectLeft(t *testing.T, v *voice.Voice) {
	t.Helper()
	select {
	case <-v.Left():
	case <-time.After(patience):
		t.Fatal("still in the room")
	}
}

// expectRefused fails unless the join is refused with the status.
func (w *town) expectRefused(token string, status int) {
	w.t.Helper()
	v, err := voice.Join(w.t.Context(), w.url, token, voice.Options{})
	if err == nil {
		v.Leave()
		w.t.Fatal("the join was let in")
	}
	var refused *voice.Refused
	if !errors.As(err, &refused) || refused.Status != status {
		w.t.Fatalf("got %v, want a refusal with %d", err, status)
	}
}

// dialFirst opens a signalling WebSocket from another origin, as the kiosk's
// page does, and returns the first message.
func dialFirst(t *testing.T, url string) *livekit.SignalResponse {
	t.Helper()
	conn, err := websocket.Dial(url, "", "http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	var data []byte
	if err := websocket.Message.Receive(conn, &data); err != nil {
		t.Fatal(err)
	}
	var message livekit.SignalResponse
	if err := proto.Unmarshal(data, &message); err != nil {
		t.Fatal(err)
	}
	return &message
}

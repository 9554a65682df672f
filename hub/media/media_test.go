package media

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const secret = "0123456789abcdef0123456789abcdef"

func TestConfigNamesTheFieldAtFault(t *testing.T) {
	external := Config{Mode: "external", URL: "wss://lk.example", Key: "k", Secret: "s"}
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	for name, row := range map[string]struct {
		config Config
		field  string // empty: accepted
	}{
		"nothing set":           {Config{}, ""},
		"embedded":              {Config{Mode: " embedded ", NodeIP: "10.1.2.3", UDPPort: 7882, TCPPort: 7881}, ""},
		"IPv6":                  {Config{NodeIP: "fd00::2"}, ""},
		"external":              {external, ""},
		"unknown mode":          {Config{Mode: "cloud"}, "media.mode"},
		"embedded with url":     {Config{URL: "wss://lk.example"}, "media.url"},
		"key without secret":    {Config{Key: "k"}, "media.secret"},
		"short secret":          {Config{Key: "k", Secret: "short"}, "media.secret"},
		"name as address":       {Config{NodeIP: "hub.example"}, "media.node_ip"},
		"every address":         {Config{NodeIP: "0.0.0.0"}, "media.node_ip"},
		"negative udp port":     {Config{UDPPort: -1}, "media.udp_port"},
		"udp port too large":    {Config{UDPPort: 65536}, "media.udp_port"},
		"tcp port too large":    {Config{TCPPort: 65536}, "media.tcp_port"},
		"external without url":  {with(external, func(c *Config) { c.URL = "" }), "media.url"},
		"external ftp":          {with(external, func(c *Config) { c.URL = "ftp://x" }), "media.url"},
		"external with query":   {with(external, func(c *Config) { c.URL = "wss://x?a=b" }), "media.url"},
		"external without key":  {with(external, func(c *Config) { c.Key = "" }), "media.key"},
		"external, no secret":   {with(external, func(c *Config) { c.Secret = "" }), "media.secret"},
		"external with address": {with(external, func(c *Config) { c.NodeIP = "10.0.0.1" }), "media.node_ip"},
		"external with port":    {with(external, func(c *Config) { c.UDPPort = 1 }), "media.udp_port"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := row.config.Validate()
			if row.field == "" {
				if err != nil || got.Mode == "" || got.Mode == ModeEmbedded && got.NodeIP == "" {
					t.Fatalf("got %+v, %v; want it accepted with defaults", got, err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Code != CodeConfig || e.Field != row.field || e.Sentence == "" {
				t.Fatalf("got %v, want %s at %s", err, CodeConfig, row.field)
			}
		})
	}
}

func TestRolesGrantWhatTheyShould(t *testing.T) {
	for role, want := range map[Role]struct{ publish, hidden, recorder bool }{
		Talker:   {publish: true},
		Listener: {hidden: true},
		Recorder: {hidden: true, recorder: true},
	} {
		g := read(t, must(NewRooms("http://x", "k", secret).Token("c1", "p1", "王芳", role, time.Hour))).Video
		if !g.RoomJoin || g.Room != "c1" || !*g.CanSubscribe || g.RoomAdmin || g.RoomCreate {
			t.Errorf("%s: %+v", role, g)
		}
		if *g.CanPublish != want.publish || *g.CanPublishData != want.publish ||
			(len(g.CanPublishSources) > 0) != want.publish || g.Hidden != want.hidden || g.Recorder != want.recorder {
			t.Errorf("%s: %+v, want %+v", role, g, want)
		}
	}
}

func TestTokenNamesItsHolderAndEnds(t *testing.T) {
	c := read(t, must(NewRooms("http://x", "k", secret).Token("c1", "p1", "王芳", Talker, time.Hour)))
	if c.Subject != "p1" || c.Name != "王芳" || c.Issuer != "k" {
		t.Errorf("%+v", c)
	}
	if left := time.Until(c.ExpiresAt.Time); left > time.Hour || left < time.Hour-time.Minute {
		t.Errorf("ends in %v, want an hour", left)
	}
}

func TestTokenIsRefusedByName(t *testing.T) {
	long := strings.Repeat("x", 257)
	for field, ask := range map[string]struct {
		call, identity, name string
		role                 Role
		ttl                  time.Duration
	}{
		"call":     {"", "p", "n", Talker, time.Hour},
		"identity": {"c", long, "n", Talker, time.Hour},
		"name":     {"c", "p", long, Talker, time.Hour},
		"role":     {"c", "p", "n", "admin", time.Hour},
		"ttl":      {"c", "p", "n", Talker, 25 * time.Hour},
	} {
		token, err := NewRooms("http://x", "k", secret).Token(ask.call, ask.identity, ask.name, ask.role, ask.ttl)
		var e *Error
		if token != "" || !errors.As(err, &e) || e.Field != field || e.Code != CodeToken {
			t.Errorf("%s: got %q, %v", field, token, err)
		}
	}
}

// TestAnswersOfTheRoomService walks what a LiveKit server may answer.
func TestAnswersOfTheRoomService(t *testing.T) {
	open := func(r *Rooms) error { return r.Open(t.Context(), "c") }
	closed := func(r *Rooms) error { return r.Close(t.Context(), "c") }
	remove := func(r *Rooms) error { return r.Remove(t.Context(), "c", "p") }
	for name, row := range map[string]struct {
		status int
		body   string
		do     func(*Rooms) error
		code   string
	}{
		"opened":            {200, `{}`, open, ""},
		"closed":            {200, `{}`, closed, ""},
		"closed before":     {404, `{"code":"not_found"}`, closed, ""},
		"gone before":       {404, `{"code":"not_found"}`, remove, ""},
		"open not found":    {404, `{"code":"not_found"}`, open, CodeUnavailable},
		"not LiveKit":       {404, `<html>`, closed, CodeUnavailable},
		"key not accepted":  {401, `{"code":"unauthenticated"}`, open, CodeRefused},
		"fault":             {500, `{"code":"internal"}`, closed, CodeUnavailable},
		"fault of a remove": {503, ``, remove, CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(row.status)
				_, _ = io.WriteString(w, row.body)
			}))
			defer server.Close()
			err := row.do(NewRooms("ws"+strings.TrimPrefix(server.URL, "http"), "k", secret))
			var e *Error
			if row.code == "" && err != nil || row.code != "" && (!errors.As(err, &e) || e.Code != row.code) {
				t.Errorf("got %v, want code %q", err, row.code)
			}
		})
	}
}

func TestAServerThatIsAwayIsUnavailable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	err := NewRooms(server.URL, "k", secret).Open(context.Background(), "c")
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeUnavailable {
		t.Errorf("got %v", err)
	}
}

func read(t *testing.T, token string) claims {
	t.Helper()
	var c claims
	if _, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return []byte(secret), nil }); err != nil {
		t.Fatal(err)
	}
	return c
}

func must(token string, err error) string {
	if err != nil {
		panic(err)
	}
	return token
}

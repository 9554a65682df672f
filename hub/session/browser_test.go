package session

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/auth"
)

const page = "http://hub.test"

var operator = auth.Person{ID: "p1", Name: "张三", Post: "接线员", Role: auth.Operator, Unit: "361025105"}

func TestALivePageGetsSnapshotAndDeltasInOrder(t *testing.T) {
	live(t, func(h *hub) {
		conn := h.page("s1")
		for _, want := range []string{"snapshot", "delta 1", "delta 2"} {
			h.feed <- []byte(want)
			if _, got, err := conn.ReadMessage(); err != nil || string(got) != want {
				t.Fatalf("got %q %v, want %q", got, err, want)
			}
		}
	})
}

func TestAnotherSitesPageIsRefused(t *testing.T) {
	live(t, func(h *hub) {
		for _, origin := range []string{"http://evil.test", "null", "", "https://hub.test.evil.test"} {
			h.refused(origin, h.ticket("s1"), "origin_refused")
		}
		// The refusal came before the ticket was used: it is still good.
		h.dial(page, h.ticket("s1"))
	})
}

func TestATicketIsGoodOnceSoonAndForItsPage(t *testing.T) {
	live(t, func(h *hub) {
		used := h.ticket("s1")
		h.dial(page, used)
		h.refused(page, used, "bad_ticket")
		h.refused(page, "", "bad_ticket")
		h.refused(page, "made-up", "bad_ticket")
		late := h.ticket("s1")
		time.Sleep(auth.TicketLife)
		h.refused(page, late, "bad_ticket")
		other := h.tickets.Issue(auth.Holder{Person: operator, Session: "s1", Origin: "http://other.test"}, time.Now())
		h.refused(page, other, "bad_ticket")
	})
}

func TestAPageThatSendsIsClosed(t *testing.T) {
	for _, c := range []struct {
		name string
		code int
		send func(*websocket.Conn) error
	}{
		{"text", websocket.ClosePolicyViolation, func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.TextMessage, []byte(`{"a":1}`))
		}},
		{"binary", websocket.ClosePolicyViolation, func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.BinaryMessage, []byte{0})
		}},
		{"oversized", websocket.CloseMessageTooBig, func(c *websocket.Conn) error {
			return c.WriteMessage(websocket.TextMessage, make([]byte, browserRead*100))
		}},
		{"malformed", websocket.CloseProtocolError, func(c *websocket.Conn) error {
			_, err := c.NetConn().Write([]byte{0xff, 0xff, 0xff, 0xff})
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			live(t, func(h *hub) {
				conn := h.page("s1")
				go func() { _ = c.send(conn) }() // the hub closes before all is read
				if code := closeCode(conn); code != c.code {
					t.Fatalf("close code %d, want %d", code, c.code)
				}
				h.stopped(1)
			})
		})
	}
}

func TestAPageThatDoesNotReadIsCutOff(t *testing.T) {
	live(t, func(h *hub) {
		h.page("s1")
		h.feed <- []byte("stuck under way")
		synctest.Wait()
		select {
		case h.feed <- []byte("next"):
			t.Fatal("messages pile up behind one that does not leave")
		default:
		}
		time.Sleep(browserWrite)
		synctest.Wait()
		if h.count() != 1 {
			t.Fatal("the feed runs on")
		}
		h.browsers.mu.Lock()
		defer h.browsers.mu.Unlock()
		if len(h.browsers.open) != 0 {
			t.Fatal("the socket is still open")
		}
	})
}

func TestAStuckPageDoesNotHoldUpSigningOut(t *testing.T) {
	live(t, func(h *hub) {
		h.page("s1")
		h.feed <- []byte("stuck under way")
		synctest.Wait()
		h.browsers.EndSession("s1")
		h.stopped(1)
	})
}

func TestAPageWhoseMachineIsGoneIsNoticed(t *testing.T) {
	live(t, func(h *hub) {
		conn := h.page("s1")
		conn.SetPingHandler(func(string) error { return nil }) // it reads, and never answers
		began := time.Now()
		closeCode(conn)
		if took := time.Since(began); took < browserPing || took > browserQuiet {
			t.Fatalf("noticed after %v", took)
		}
		h.stopped(1)
	})
}

func TestAQuietPageStaysForHours(t *testing.T) {
	live(t, func(h *hub) {
		conn := h.page("s1")
		go func() {
			time.Sleep(3 * time.Hour)
			h.feed <- []byte("delta")
		}()
		if _, got, err := conn.ReadMessage(); err != nil || string(got) != "delta" {
			t.Fatalf("got %q %v", got, err)
		}
	})
}

func TestSigningOutClosesItsSocketsOnly(t *testing.T) {
	live(t, func(h *hub) {
		mine, other := h.page("s1"), h.page("s2")
		late := h.ticket("s1")
		h.browsers.EndSession("s1")
		if code := closeCode(mine); code != BrowserSignedOut {
			t.Fatalf("close code %d", code)
		}
		h.refused(page, late, "no_session")
		h.stopped(1)
		h.feed <- []byte("delta")
		if _, got, err := other.ReadMessage(); err != nil || string(got) != "delta" {
			t.Fatalf("the other session got %q %v", got, err)
		}
	})
}

func TestTheOldestOfTooManyPagesGivesWay(t *testing.T) {
	live(t, func(h *hub) {
		first := h.page("s1")
		for range browserPerPerson {
			h.page("s1")
		}
		if code := closeCode(first); code != BrowserReplaced {
			t.Fatalf("close code %d", code)
		}
		h.stopped(1)
	})
}

func TestAFeedThatFailsOrEndsClosesThePage(t *testing.T) {
	live(t, func(h *hub) {
		conn := h.page("s1")
		close(h.feed)
		if code := closeCode(conn); code != websocket.CloseTryAgainLater {
			t.Fatalf("close code %d", code)
		}
		h.fail = errors.New("desk is away")
		if code := closeCode(h.page("s1")); code != websocket.CloseTryAgainLater {
			t.Fatalf("close code %d", code)
		}
	})
}

func TestStopClosesAllAndRefusesNewOnes(t *testing.T) {
	live(t, func(h *hub) {
		conn := h.page("s1")
		done := make(chan struct{})
		go func() { defer close(done); h.browsers.Stop(); h.browsers.Stop() }()
		if code := closeCode(conn); code != websocket.CloseGoingAway {
			t.Fatalf("close code %d", code)
		}
		<-done
		h.stopped(1)
		h.refused(page, h.ticket("s1"), "busy")
	})
}

// hub is Browsers behind a server on pipes, in virtual time.
type hub struct {
	t        *testing.T
	browsers *Browsers
	tickets  *auth.Tickets
	feed     chan []byte
	fail     error
	pipes    pipes

	mu      sync.Mutex
	stops   int
	dialled []*websocket.Conn
}

func live(t *testing.T, run func(h *hub)) {
	synctest.Test(t, func(t *testing.T) {
		h := &hub{t: t, tickets: auth.NewTickets(), feed: make(chan []byte), pipes: pipes{make(chan net.Conn), make(chan struct{})}}
		h.browsers = NewBrowsers(BrowserConfig{
			Tickets: h.tickets, Log: slog.New(slog.DiscardHandler),
			Source: SourceFunc(func(context.Context, auth.Person) (Feed, error) { return h, h.fail }),
			Refuse: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, err.Error(), http.StatusForbidden)
			},
		})
		server := &http.Server{Handler: h.browsers}
		served := make(chan struct{})
		go func() { defer close(served); _ = server.Serve(h.pipes) }()
		defer func() {
			for _, c := range h.dialled {
				c.Close()
			}
			h.browsers.Stop()
			_ = server.Close()
			<-served
		}()
		run(h)
	})
}

func (h *hub) Next() <-chan []byte { return h.feed }

func (h *hub) Stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stops++
}

// stopped waits until nothing moves and counts the feeds that were stopped.
func (h *hub) stopped(want int) {
	h.t.Helper()
	time.Sleep(browserLast + time.Second)
	synctest.Wait()
	if got := h.count(); got != want {
		h.t.Fatalf("%d feeds stopped, want %d", got, want)
	}
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.stops
}

func (h *hub) ticket(session string) string {
	return h.tickets.Issue(auth.Holder{Person: operator, Session: session, Origin: page}, time.Now())
}

func (h *hub) page(session string) *websocket.Conn { return h.dial(page, h.ticket(session)) }

func (h *hub) try(origin, ticket string) (*websocket.Conn, string, error) {
	dialer := websocket.Dialer{NetDialContext: h.pipes.dial, HandshakeTimeout: time.Minute}
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, answer, err := dialer.Dial("ws://hub.test/live?ticket="+ticket, header)
	said := ""
	if answer != nil && err != nil {
		body := make([]byte, 200)
		n, _ := answer.Body.Read(body)
		said = string(body[:n])
	}
	return conn, said, err
}

func (h *hub) dial(origin, ticket string) *websocket.Conn {
	h.t.Helper()
	conn, said, err := h.try(origin, ticket)
	if err != nil {
		h.t.Fatal(err, said)
	}
	h.dialled = append(h.dialled, conn)
	return conn
}

func (h *hub) refused(origin, ticket, code string) {
	h.t.Helper()
	conn, said, err := h.try(origin, ticket)
	if err == nil {
		conn.Close()
		h.t.Fatalf("origin %q was let in", origin)
	}
	if !strings.HasPrefix(said, code) {
		h.t.Fatalf("origin %q: refused with %q, want %s", origin, said, code)
	}
}

func closeCode(conn *websocket.Conn) int {
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				return closed.Code
			}
			return websocket.CloseAbnormalClosure
		}
	}
}

// pipes is a listener over net.Pipe.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p pipes) Close() error {
	close(p.done)
	return nil
}

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- server
	return client, nil
}

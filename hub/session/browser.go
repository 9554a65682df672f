// Package session holds the sockets that come to a hub. In the browser files:
// the live sockets of the pages, which are only written to; each page proves
// where it comes from and, by a one-time ticket, whose it is.
package session

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/auth"
)

// Feed is one page's stream of live messages: a snapshot first, then deltas in
// order, each already encoded. The feed holds what the page has not taken yet
// and keeps that bounded; nobody else waits for it.
type Feed interface {
	// Next gives the messages, one when the one before has left; it is closed
	// when the feed ends by itself.
	Next() <-chan []byte
	// Stop ends the feed; it may be called more than once.
	Stop()
}

// Source makes feeds; the desk is one. A feed also says that the person has a
// page open: duty hangs on it.
type Source interface {
	Subscribe(ctx context.Context, p auth.Person) (Feed, error)
}

// SourceFunc makes a Source of a function.
type SourceFunc func(ctx context.Context, p auth.Person) (Feed, error)

// Subscribe calls f.
func (f SourceFunc) Subscribe(ctx context.Context, p auth.Person) (Feed, error) { return f(ctx, p) }

// Close codes of the live socket, of the range for applications (RFC 6455,
// 7.4.2), beside the standard ones.
const (
	BrowserSignedOut = 4401 // the session ended: sign in again
	BrowserReplaced  = 4409 // the same person opened too many pages: this is the oldest
)

// Figures of the live socket.
const (
	// browserRead is the largest frame that is read before the socket is closed;
	// pages send nothing.
	browserRead = 512
	// browserPing and browserQuiet: a page whose machine is gone is noticed
	// within 12 s; two pings may be lost.
	browserPing  = 5 * time.Second
	browserQuiet = 12 * time.Second
	// browserWrite is how long one frame may take to leave before the page counts
	// as stuck, browserLast how long one under way may still take once the socket
	// is to end.
	browserWrite = 8 * time.Second
	browserLast  = time.Second
	// browserSockets bounds all sockets, browserPerPerson those of one person;
	// a county has some dozens of people on duty.
	browserSockets   = 512
	browserPerPerson = 8
	// endedFor is how long a sign-out is remembered for a socket that is being
	// opened at that moment; a ticket lives shorter.
	endedFor = 2 * auth.TicketLife
)

// BrowserConfig is what Browsers is made of.
type BrowserConfig struct {
	Tickets *auth.Tickets
	Origins []string // of pages, when they differ from the hub's own address
	Source  Source
	Log     *slog.Logger     // nil: slog.Default
	Now     func() time.Time // nil: time.Now; for tickets
	// Refuse answers a request that gets no socket; code and detail are those of
	// package refusal.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)
}

// Browsers are the live sockets of the pages: GET /live?ticket=. Each has one
// goroutine that writes, straight from a bounded feed; a page that is stuck is
// cut off and comes back for a fresh snapshot.
type Browsers struct {
	config   BrowserConfig
	origins  auth.Origins
	upgrader websocket.Upgrader

	mu      sync.Mutex
	open    map[*browser]struct{}
	ended   map[string]time.Time // sessions signed out of late
	stopped bool
	running sync.WaitGroup
}

// NewBrowsers makes the live sockets; they run from the first request on.
func NewBrowsers(c BrowserConfig) *Browsers {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	b := &Browsers{
		config: c, origins: auth.Origins{Listed: c.Origins},
		open: make(map[*browser]struct{}), ended: make(map[string]time.Time),
	}
	b.upgrader = websocket.Upgrader{
		HandshakeTimeout: browserWrite,
		ReadBufferSize:   browserRead,
		WriteBufferSize:  4096,
		// Compression stays off: a small frame can be made to unpack to hundreds
		// of megabytes, and the messages are small.
		EnableCompression: false,
		// ServeHTTP has checked the origin before it took the ticket.
		CheckOrigin: func(*http.Request) bool { return true },
	}
	return b
}

// EndSession closes the sockets of a session that was signed out.
func (b *Browsers) EndSession(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.config.Now()
	for old, at := range b.ended {
		if now.Sub(at) > endedFor {
			delete(b.ended, old)
		}
	}
	b.ended[id] = now
	for s := range b.open {
		if s.holder.Session == id {
			s.end(BrowserSignedOut, "signed out")
		}
	}
}

// Stop closes all sockets, refuses new ones and waits until all are gone. It
// may be called more than once.
func (b *Browsers) Stop() {
	b.mu.Lock()
	b.stopped = true
	for s := range b.open {
		s.end(websocket.CloseGoingAway, "hub stops")
	}
	b.mu.Unlock()
	b.running.Wait()
}

var (
	errStopped   = errors.New("hub stops")
	errFull      = errors.New("too many live sockets")
	errSignedOut = errors.New("signed out")
)

// admit takes a socket into the books before it is opened. The oldest socket
// of a person with too many gives way: it may be a page that is long gone.
func (b *Browsers) admit(s *browser) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return errStopped
	}
	if _, over := b.ended[s.holder.Session]; over {
		return errSignedOut
	}
	if len(b.open) >= browserSockets {
		return errFull
	}
	mine := 0
	var oldest *browser
	for other := range b.open {
		if other.holder.Person.ID != s.holder.Person.ID {
			continue
		}
		mine++
		if oldest == nil || other.number < oldest.number {
			oldest = other
		}
	}
	if mine >= browserPerPerson {
		oldest.end(BrowserReplaced, "too many pages")
	}
	b.open[s] = struct{}{}
	b.running.Add(1)
	return nil
}

func (b *Browsers) leave(s *browser) {
	s.cancel()
	b.mu.Lock()
	delete(b.open, s)
	b.mu.Unlock()
	b.running.Done()
}

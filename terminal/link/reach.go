package link

import (
	"context"
	"crypto/tls"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sys/unix"

	"huying/internal/wire"
)

// maxBeside bounds the attempts that are under way at once.
const maxBeside = 4

// greeted is a connection on which the site has spoken first.
type greeted struct {
	ws     *websocket.Conn
	nonce  []byte
	secure bool        // it came over TLS
	header http.Header // of the site's answer

	mu      sync.Mutex
	waiting bool // a press was written and nothing heard since
}

func (g *greeted) close() {
	if g != nil {
		_ = g.ws.Close()
	}
}

func (g *greeted) wrote(f wire.Frame) {
	if f.Type() == wire.TPress {
		g.mu.Lock()
		g.waiting = true
		g.mu.Unlock()
	}
}

func (g *greeted) heard() {
	g.mu.Lock()
	g.waiting = false
	g.mu.Unlock()
}

// stuck reports whether a press waits for an answer on a line on which the
// kernel had to send again. A site that is only slow acknowledges the octets.
func (g *greeted) stuck() bool {
	g.mu.Lock()
	waiting := g.waiting
	g.mu.Unlock()
	return waiting && resends(g.ws) > 0
}

// resends asks the kernel how often it has sent again what nobody acknowledged.
func resends(ws *websocket.Conn) (n uint8) {
	conn := ws.NetConn()
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	sock, ok := conn.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := sock.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			n = info.Retransmits
		}
	})
	return n
}

// race is some attempts at once, of which the first to be greeted wins.
type race struct {
	link    *Link
	ctx     context.Context
	cancel  context.CancelFunc
	results chan attempt
	running int
	last    time.Time // when the last attempt was begun
}

type attempt struct {
	g   *greeted
	err error
}

func (l *Link) race(ctx context.Context) *race {
	r := &race{link: l, results: make(chan attempt, maxBeside)}
	r.ctx, r.cancel = context.WithCancel(ctx)
	return r
}

// start begins one more attempt, unless there are enough or the last is young.
func (r *race) start() {
	if r.running >= maxBeside || time.Since(r.last) < r.link.cfg.Times.Beside {
		return
	}
	r.running++
	r.last = time.Now()
	go func() {
		g, err := r.link.greet(r.ctx)
		r.results <- attempt{g, err}
	}()
}

// end gives up every attempt that is still under way, and waits for them.
func (r *race) end() {
	r.cancel()
	for ; r.running > 0; r.running-- {
		(<-r.results).g.close()
	}
}

// greet dials and waits for the site's first frame.
func (l *Link) greet(ctx context.Context) (*greeted, error) {
	dialling, cancel := context.WithTimeout(ctx, l.cfg.Times.Dial)
	defer cancel()
	ws, header, err := l.dial(dialling)
	if err != nil {
		return nil, err
	}
	kept := context.AfterFunc(ctx, func() { _ = ws.Close() })
	nonce, err := l.challenge(ws)
	if err == nil && !kept() {
		err = ctx.Err()
	}
	if err != nil {
		_ = ws.Close()
		return nil, err
	}
	_, secure := ws.NetConn().(*tls.Conn)
	return &greeted{ws: ws, nonce: nonce, secure: secure, header: header}, nil
}

// reach gets a connection; each wake-up begins one more attempt beside those
// that hang. It fails when none is left.
func (l *Link) reach(ctx context.Context) (*greeted, error) {
	r := l.race(ctx)
	defer r.end()
	r.start()
	for woken := false; ; {
		select {
		case <-l.wake:
			woken = true
			r.start()
		case a := <-r.results:
			r.running--
			if a.err == nil {
				return a.g, nil
			}
			if r.running == 0 {
				if woken { // somebody waits: no pause before the next
					l.Wake()
				}
				return nil, a.err
			}
		}
	}
}

// replace gets another connection while a press is stuck in the present one,
// and gives up as soon as that one is heard again. It returns nil when the
// present connection ends first.
func (l *Link) replace(ctx context.Context, g *greeted) *greeted {
	every := time.NewTicker(l.cfg.Times.Doubt)
	defer every.Stop()
	r := l.race(ctx)
	defer func() { r.end() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-every.C:
			switch {
			case l.stuck(g):
				r.start()
			case r.running > 0:
				r.end()
				r = l.race(ctx)
			}
		case a := <-r.results:
			r.running--
			if a.err == nil {
				return a.g
			}
		}
	}
}

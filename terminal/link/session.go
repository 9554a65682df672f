package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sys/unix"

	"huying/internal/failpoint"
	"huying/internal/wire"
)

// Of the bad frames of one connection, the first maxRefusals are answered and
// logged, and at maxBad it is given up: a site that sends nothing else must not
// keep a kiosk and its disk busy.
const (
	maxRefusals = 8
	maxBad      = 256
)

// session is one connection, from HELLO to its end. It reports whether the site
// welcomed the kiosk, and gives the connection that took its place, if one did.
func (l *Link) session(ctx context.Context, g *greeted) (welcomed bool, next *greeted, err error) {
	ws := g.ws
	defer ws.Close()
	// Stop ends a read that waits; closing twice is harmless.
	defer context.AfterFunc(ctx, func() { l.goodbye(ws) })()
	if g.secure && l.cfg.Dialled != nil {
		l.cfg.Dialled(g.header)
	}
	l.conns++
	conn := l.conns
	l.lanes.open(conn)
	end := func() { _ = ws.Close() }
	l.full.Store(&end)
	over, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	var failed error
	beside.Go(func() {
		if failed = l.write(over, g, conn); failed != nil {
			_ = ws.Close() // the reader must learn of it
		}
	})
	beside.Go(func() {
		if next = l.replace(over, g); next != nil {
			_ = ws.Close()
		}
	})
	l.cfg.Events.Up(l.cfg.Site, conn)
	welcomed, err = l.read(g, conn)
	l.lanes.open(0)
	stop()
	beside.Wait()
	switch {
	case next != nil:
		err = &Error{"replaced", errors.New("a press waited too long; a new connection was quicker")}
	case failed != nil:
		err = failed
	}
	l.cfg.Events.Down(l.cfg.Site, conn, code(err))
	return welcomed, next, err
}

func (l *Link) dial(ctx context.Context) (*websocket.Conn, http.Header, error) {
	dialer := websocket.Dialer{
		NetDialContext:  (&net.Dialer{Control: l.control}).DialContext,
		TLSClientConfig: l.cfg.TLS,
		ReadBufferSize:  1024, WriteBufferSize: 1024,
		EnableCompression: false, // a small frame could unpack to any size
	}
	ws, resp, err := dialer.DialContext(ctx, l.cfg.URL, http.Header{"User-Agent": {"huying-terminal"}})
	if err != nil && resp != nil {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
		return nil, nil, &Error{"refused", fmt.Errorf("%s %s", resp.Status, body)}
	}
	if err != nil {
		return nil, nil, &Error{"unreachable", err}
	}
	ws.SetReadLimit(wire.MaxFrame)
	alive := func() { _ = ws.SetReadDeadline(time.Now().Add(l.cfg.Times.Quiet)) }
	pong := ws.PingHandler()
	ws.SetPingHandler(func(data string) error { alive(); return pong(data) })
	ws.SetPongHandler(func(string) error { alive(); return nil })
	return ws, resp.Header, nil
}

// control bounds how long the kernel keeps sending into a dead line. Go sets
// TCP_NODELAY by itself.
func (l *Link) control(_, _ string, c syscall.RawConn) error {
	var err error
	ctrl := c.Control(func(fd uintptr) {
		err = errors.Join(
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(l.cfg.Times.Unacked/time.Millisecond)),
			// What was lost is sent again after even pauses, not doubling ones: the
			// doubling spares a net that is full, which a kiosk's few octets never are.
			unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_THIN_LINEAR_TIMEOUTS, 1))
	})
	return errors.Join(ctrl, err)
}

// challenge reads the site's first frame.
func (l *Link) challenge(ws *websocket.Conn) ([]byte, error) {
	_ = ws.SetReadDeadline(time.Now().Add(l.cfg.Times.Challenge))
	f, err := next(ws)
	if err != nil {
		return nil, &Error{"no_challenge", err}
	}
	switch f := f.(type) {
	case wire.Challenge:
		return f.Nonce, nil
	case wire.Refuse:
		return nil, &Error{"refused", errors.New(f.Code + ": " + f.Message)}
	}
	return nil, &Error{"no_challenge", fmt.Errorf("the first frame is %s", f.Type())}
}

func next(ws *websocket.Conn) (wire.Frame, error) {
	kind, data, err := ws.ReadMessage()
	if err != nil {
		return nil, err
	}
	if kind != websocket.TextMessage {
		return nil, &wire.Error{Code: "malformed", Message: "frames are text"}
	}
	return wire.Decode(data)
}

func (l *Link) read(g *greeted, conn uint64) (welcomed bool, err error) {
	ws, refused := g.ws, 0
	for {
		_ = ws.SetReadDeadline(time.Now().Add(l.cfg.Times.Quiet))
		f, err := next(ws)
		g.heard()
		var bad *wire.Error
		switch {
		case errors.As(err, &bad):
			if refused++; refused > maxBad {
				return welcomed, &Error{"bad_frames", err}
			}
			l.refuse(conn, bad, refused)
			continue
		case errors.Is(err, os.ErrDeadlineExceeded):
			return welcomed, &Error{"silent", err}
		case err != nil:
			return welcomed, &Error{"closed", err}
		}
		if f.Type() == wire.TWelcome {
			welcomed = true
		}
		l.cfg.Events.Frame(l.cfg.Site, conn, f)
	}
}

// refuse tells the site what was wrong with its frame. A refusal is never
// answered by one: two programs would go on for ever.
func (l *Link) refuse(conn uint64, bad *wire.Error, count int) {
	if count > maxRefusals {
		return
	}
	l.cfg.Log.Warn("bad frame", "code", bad.Code, "frame", bad.Frame, "field", bad.Field)
	if bad.Frame != wire.TRefuse {
		l.Send(conn, bad.Refuse())
	}
}

// write sends what is in the lanes until the connection ends.
func (l *Link) write(over context.Context, g *greeted, conn uint64) error {
	ws := g.ws
	for {
		f, ok := l.lanes.take(conn)
		if !ok {
			select {
			case <-over.Done():
				return nil
			case <-l.lanes.more:
			}
			continue
		}
		if hello, is := f.(wire.Hello); is {
			hello.Sig, hello.BootID, hello.Version = l.cfg.Sign(g.nonce), l.cfg.BootID, l.cfg.Version
			f = hello
		}
		data, err := wire.Encode(f)
		if err != nil {
			l.cfg.Log.Error("frame cannot be sent", "error", err.Error())
			continue
		}
		_ = ws.SetWriteDeadline(time.Now().Add(l.cfg.Times.Write))
		failpoint.At(failpoint.TerminalSendBefore)
		if err := ws.WriteMessage(websocket.TextMessage, data); err != nil {
			if over.Err() != nil {
				return nil
			}
			return &Error{"write", err}
		}
		failpoint.At(failpoint.TerminalSendAfter)
		g.wrote(f)
		l.cfg.Events.Wrote(l.cfg.Site, f)
	}
}

// goodbye tells the site that the terminal stops, so that it need not wait.
func (l *Link) goodbye(ws *websocket.Conn) {
	bye := websocket.FormatCloseMessage(websocket.CloseGoingAway, "terminal stops")
	_ = ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(100*time.Millisecond))
	_ = ws.Close()
}

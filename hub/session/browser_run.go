package session

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub/auth"
	"huying/internal/failpoint"
)

// browser is one live socket.
type browser struct {
	holder auth.Holder
	number uint64 // in order of opening
	ctx    context.Context
	fail   context.CancelCauseFunc
}

// closing is why a socket ends, as the page is told.
type closing struct {
	code int
	text string
}

func (c closing) Error() string { return c.text }

func newBrowser(ctx context.Context, fail context.CancelCauseFunc, h auth.Holder, number uint64) *browser {
	return &browser{holder: h, number: number, ctx: ctx, fail: fail}
}

// end makes the writer say why and close; only the first reason counts.
func (s *browser) end(code int, text string) { s.fail(closing{code, text}) }

func (s *browser) cancel() { s.fail(nil) }

// run owns the socket until it ends: this goroutine reads, one writes.
func (s *browser) run(conn *websocket.Conn, source Source, log *slog.Logger) {
	defer conn.Close()
	// A frame that is stuck under way must not hold up the end.
	hurry := context.AfterFunc(s.ctx, func() { _ = conn.NetConn().SetWriteDeadline(time.Now().Add(browserLast)) })
	defer hurry()
	feed, err := source.Subscribe(s.ctx, s.holder.Person)
	if err != nil {
		log.Error("live socket has no feed", "person", s.holder.Person.ID, "error", err)
		s.say(conn, closing{websocket.CloseTryAgainLater, "no feed"})
		return
	}
	log.Info("live socket opened", "person", s.holder.Person.ID, "socket", s.number)
	written := make(chan struct{})
	go func() { defer close(written); s.write(conn, feed) }()
	s.read(conn)
	<-written
	log.Info("live socket closed", "person", s.holder.Person.ID, "socket", s.number, "reason", context.Cause(s.ctx).Error())
}

// write is the only one that writes frames. It takes a message from the feed
// when the one before has left, so that nothing piles up here: a slow page is
// told less often, and a stuck one is cut off after browserWrite. It closes the
// connection at the end, which ends the reader.
func (s *browser) write(conn *websocket.Conn, feed Feed) {
	defer conn.Close()
	defer feed.Stop()
	ping := time.NewTicker(browserPing)
	defer ping.Stop()
	for {
		var err error
		select {
		case <-s.ctx.Done():
			var why closing
			if errors.As(context.Cause(s.ctx), &why) {
				s.say(conn, why)
			}
			return
		case message, more := <-feed.Next():
			if !more {
				s.end(websocket.CloseTryAgainLater, "feed ended")
			}
			if s.ctx.Err() != nil {
				continue // a message and the end at once: the end goes first
			}
			_ = conn.SetWriteDeadline(time.Now().Add(browserWrite))
			failpoint.At(failpoint.HubPageSendBefore)
			err = conn.WriteMessage(websocket.TextMessage, message)
			failpoint.At(failpoint.HubPageSendAfter)
		case <-ping.C:
			err = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(browserWrite))
		}
		if err != nil {
			s.fail(err)
			return
		}
	}
}

// read waits for the end: pongs keep the socket, a frame of data closes it,
// for pages send nothing.
func (s *browser) read(conn *websocket.Conn) {
	conn.SetReadLimit(browserRead)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(browserQuiet)) }
	_ = alive("")
	conn.SetPongHandler(alive)
	if _, _, err := conn.NextReader(); err != nil {
		s.fail(err)
		return
	}
	s.end(websocket.ClosePolicyViolation, "pages send nothing")
}

// say tells the page why, as far as it listens.
func (s *browser) say(conn *websocket.Conn, why closing) {
	message := websocket.FormatCloseMessage(why.code, why.text)
	_ = conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(browserLast))
}

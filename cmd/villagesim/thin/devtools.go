package thin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// devtools is a connection to a Chromium's DevTools; replies find their
// questions by number, events are dropped.
type devtools struct {
	conn *websocket.Conn
	mu   sync.Mutex
	last int
	wait map[int]chan reply
}

type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

var errGone = errors.New("thin: the browser is gone")

func dialDevtools(ctx context.Context, url string, dial func(context.Context, string, string) (net.Conn, error)) (*devtools, error) {
	d := websocket.Dialer{NetDialContext: dial, HandshakeTimeout: 20 * time.Second}
	conn, res, err := d.DialContext(ctx, url, nil)
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	t := &devtools{conn: conn, wait: map[int]chan reply{}}
	go t.read()
	return t, nil
}

func (t *devtools) read() {
	for {
		var r reply
		err := t.conn.ReadJSON(&r)
		t.mu.Lock()
		if err != nil {
			for _, c := range t.wait {
				close(c)
			}
			t.wait = nil
			t.mu.Unlock()
			return
		}
		if c := t.wait[r.ID]; c != nil {
			delete(t.wait, r.ID)
			c <- r
		}
		t.mu.Unlock()
	}
}

// ask sends one command, to the browser or to the page of a session.
func (t *devtools) ask(ctx context.Context, session, method string, params, out any) error {
	t.mu.Lock()
	if t.wait == nil {
		t.mu.Unlock()
		return errGone
	}
	t.last++
	c := make(chan reply, 1)
	t.wait[t.last] = c
	question := map[string]any{"id": t.last, "method": method, "params": params}
	if session != "" {
		question["sessionId"] = session
	}
	err := t.conn.WriteJSON(question)
	t.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case r, ok := <-c:
		switch {
		case !ok:
			return errGone
		case r.Error != nil:
			return fmt.Errorf("thin: %s: %s", method, r.Error.Message)
		case out == nil:
			return nil
		}
		return json.Unmarshal(r.Result, out)
	case <-ctx.Done():
		return fmt.Errorf("thin: %s: %w", method, ctx.Err())
	}
}

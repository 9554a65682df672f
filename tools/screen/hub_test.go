package screen

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"huying/internal/wire"
)

// township is the far end of the terminal's line: it welcomes, and stores
// every press at once.
func township(t *testing.T) string {
	up := websocket.Upgrader{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		beat := time.NewTicker(5 * time.Second) // a kiosk takes a silent line for dead
		defer beat.Stop()
		go func() {
			for range beat.C {
				if ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) != nil {
					return
				}
			}
		}()
		say := func(f wire.Frame) bool {
			text, err := wire.Encode(f)
			return err == nil && ws.WriteMessage(websocket.TextMessage, text) == nil
		}
		for going := say(wire.Challenge{Nonce: []byte("a nonce of 20 octets")}); going; {
			_, text, err := ws.ReadMessage()
			if err != nil {
				return
			}
			f, err := wire.Decode(text)
			if err != nil {
				continue
			}
			switch f := f.(type) {
			case wire.Hello:
				going = say(wire.Welcome{Site: site, Proto: wire.Proto})
			case wire.Press:
				going = say(wire.PressAck{Press: f.Press, Call: f.Call})
			}
		}
	}))
	t.Cleanup(server.CloseClientConnections)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

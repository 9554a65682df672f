package hub_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"huying/hub"
	"huying/terminal"
	"huying/terminal/identity"
)

// give uploads a picture of one colour as one's own photo, and gives what the
// hub made of it.
func (o *office) give(c color.Color) []byte {
	o.t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 512, 512))
	draw.Draw(m, m.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var file bytes.Buffer
	must(o.t, png.Encode(&file, m))
	req, err := http.NewRequest(http.MethodPut, o.base+"/api/session/photo", &file) //nolint:noctx // the client has a limit
	must(o.t, err)
	req.Header.Set("Origin", o.base)
	res, err := o.http.Do(req)
	must(o.t, err)
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		b, _ := io.ReadAll(res.Body)
		o.t.Fatalf("%s %s", res.Status, b)
	}
	return o.get("/api/session/photo")
}

// onDuty opens the page's live line and takes duty.
func (o *office) onDuty() {
	o.t.Helper()
	var ticket struct{ Ticket string }
	o.do("POST", "/api/ticket", map[string]any{}, &ticket)
	dialler := websocket.Dialer{TLSClientConfig: o.http.Transport.(*http.Transport).TLSClientConfig}
	conn, _, err := dialler.Dial("wss"+strings.TrimPrefix(o.base, "https")+"/live?ticket="+ticket.Ticket, http.Header{"Origin": {o.base}})
	must(o.t, err)
	o.t.Cleanup(func() { conn.Close() })
	_, _, err = conn.ReadMessage() // the hub has the line
	must(o.t, err)
	go func() {
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}()
	o.do("PUT", "/api/duty", map[string]bool{"on": true}, nil)
}

// showsPhoto waits until the kiosk page shows that photo of who answers.
func showsPhoto(t *testing.T, term *terminal.Terminal, want []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+term.Addr()+"/api/panel", nil)
	must(t, err)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer res.Body.Close()
	last := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		last = data
		var view struct{ Answerer struct{ Name, Photo string } }
		must(t, json.Unmarshal([]byte(data), &view))
		if view.Answerer.Photo == "" {
			continue
		}
		photo, err := http.Get("http://" + term.Addr() + view.Answerer.Photo) //nolint:noctx // on this machine
		must(t, err)
		got, err := io.ReadAll(photo.Body)
		must(t, err)
		photo.Body.Close()
		if photo.StatusCode == http.StatusOK && bytes.Equal(got, want) && photo.Header.Get("Content-Type") == "image/jpeg" {
			return
		}
	}
	t.Fatal("the photo was never shown; last: ", last)
}

// TestTheKioskShowsWhoAnswers goes from an operator's picture to the page of a
// kiosk, over TLS, and then without any hub.
func TestTheKioskShowsWhoAnswers(t *testing.T) {
	w := newHub(t, hub.Config{Unit: niutian, TLS: hub.TLS{Mode: hub.TLSAuthority}}, adminSeed)
	w.start()
	admin, wang := w.office("zhou"), w.office("wang")
	var issued struct{ Code, Address string }
	admin.do("POST", "/api/points/"+liukeng+"/enrolment", nil, &issued)
	dir := t.TempDir()
	_, err := identity.Enrol(t.Context(), dir, issued.Address, issued.Code)
	must(t, err)
	first := wang.give(color.RGBA{0x20, 0x60, 0xC0, 0xFF})
	wang.onDuty()
	term := wholeTerminal(t, dir, time.Now)
	pressAt(t, term)
	wang.until("it rings", func() bool { return wang.calls() == 1 })
	id := wang.list()[0].ID
	wang.do("POST", "/api/calls/"+id+"/answer", nil, nil)
	showsPhoto(t, term, first)

	w.app.Stop()
	term.Stop()
	showsPhoto(t, wholeTerminal(t, dir, time.Now), first) // from its own disk
}

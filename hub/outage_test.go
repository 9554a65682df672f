package hub_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"huying/hub"
	"huying/hub/media"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
)

// The pages say that nothing can be stored before somebody presses.
func TestIdleStoreAway(t *testing.T) {
	w := newTownship(t)
	wang := w.operator("wang", "mima-wang-1")
	w.store.Down(errors.New("somebody pulled the plug"))
	wang.health("the store away", func(s view.Site) bool { return !s.Database })
	w.store.Down(nil)
	wang.health("the store back", func(s view.Site) bool { return s.Database })
}

// deadVoice is a voice server that can be made to end by itself.
type deadVoice struct{ ended chan struct{} }

func (deadVoice) Handler() http.Handler    { return http.NotFoundHandler() }
func (deadVoice) Rooms() *media.Rooms      { return media.NewRooms("http://127.0.0.1:1", "key", "secret") }
func (v deadVoice) Ended() <-chan struct{} { return v.ended }
func (deadVoice) Stop()                    {}

// The pages say that nobody will hear anybody before somebody answers.
func TestVoiceServerDies(t *testing.T) {
	w := newHub(t, hub.Config{Unit: niutian}, seedText)
	voice := deadVoice{ended: make(chan struct{})}
	w.voice = voice
	w.start()
	wang := w.operator("wang", "mima-wang-1")
	close(voice.ended)
	wang.health("the voice away", func(s view.Site) bool { return !s.Media })
}

// A press that comes again is one ring in the metrics: a repeat carries the age
// of the first and would make the hub look slow.
func TestRepeatedPressIsMeasuredOnce(t *testing.T) {
	w := newHub(t, hub.Config{Unit: niutian, Metrics: freeAddress(t)}, seedText)
	w.enrol()
	w.start()
	v := w.village()
	v.press(call.Urgent)
	v.heard(wire.TPressAck)
	v.again()
	v.press(call.Urgent)
	// Frames of a kiosk are done with one after the other.
	v.send(wire.Ping{})
	v.heard(wire.TPong)
	if n := w.counted("huying_press_to_ring_seconds_count"); n != "2" {
		t.Fatalf("%s rings are measured, want 2", n)
	}
}

func freeAddress(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer ln.Close()
	return ln.Addr().String()
}

// counted reads one metric.
func (w *township) counted(name string) string {
	w.t.Helper()
	res, err := http.Get("http://" + w.conf.Metrics + "/metrics")
	must(w.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	must(w.t, err)
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// again sends the first press once more, as after a lost acknowledgement.
func (v *village) again() {
	v.mu.Lock()
	open := v.k.Open()
	v.mu.Unlock()
	v.send(wire.Press{Press: call.PressID{Kiosk: liukeng, Mark: open.First}, Call: open.ID, Key: call.Urgent, AgeMS: 60_000})
}

func (v *village) send(f wire.Frame) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.carry([]kiosk.Effect{kiosk.Send{Site: "361025105", Frame: f}})
}

// health waits until the page shows the hub's health as it should be.
func (o *operator) health(what string, ok func(view.Site) bool) {
	o.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case s := <-o.site:
			if ok(s) {
				return
			}
		case <-deadline:
			o.t.Fatalf("the page never showed %s", what)
		}
	}
}

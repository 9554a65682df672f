package link_test

import (
	"sync/atomic"
	"testing"
	"time"

	"huying/internal/wire"
	"huying/terminal/link"
	"huying/terminal/link/linktest"
)

func besides(c *link.Config) {
	c.Times.Beside, c.Times.Doubt = time.Millisecond, 5*time.Millisecond
}

// knock wakes the link until another attempt has come.
func knock(t *testing.T, l *link.Link, site *linktest.Site) *linktest.Conn {
	t.Helper()
	late := time.After(linktest.Patience)
	for {
		l.Wake()
		select {
		case c := <-site.Knocks():
			return c
		case <-time.After(5 * time.Millisecond):
		case <-late:
			t.Fatal("no further attempt")
		}
	}
}

func gone(t *testing.T, what string, c *linktest.Conn) {
	t.Helper()
	if f, err := c.Read(); err == nil {
		t.Errorf("%s was sent %s", what, f.Type())
	}
}

// A press must not wait for an attempt that hangs: it begins others beside it,
// and the first to be greeted wins.
func TestWakeDialsBesideAnAttemptThatHangs(t *testing.T) {
	for _, winner := range []int{0, 3} {
		site := linktest.New(t)
		l, h := start(t, site.URL, besides)
		attempts := []*linktest.Conn{site.Dialled()} // and says nothing
		for range 3 {
			attempts = append(attempts, knock(t, l, site))
		}
		attempts[winner].Send(wire.Challenge{Nonce: linktest.Nonce})
		l.Send(get(t, h.up, "the connection"), hello)
		if f := attempts[winner].Next(); f.Type() != wire.THello {
			t.Errorf("the winner was sent %s", f.Type())
		}
		for i, c := range attempts {
			if i != winner {
				gone(t, "an attempt that lost", c)
			}
		}
	}
}

// pressed is a link whose press has been written and not answered.
func pressed(t *testing.T, stuck *atomic.Bool) (*link.Link, *heard, *linktest.Site, *linktest.Conn) {
	site := linktest.New(t)
	l, h := start(t, site.URL, besides, stuck.Load)
	old := site.Dialled()
	old.Send(wire.Challenge{Nonce: linktest.Nonce})
	n := get(t, h.up, "the connection")
	l.Send(n, hello)
	l.Send(n, press(1))
	old.Until(wire.TPress)
	return l, h, site, old
}

// A press that is stuck in a dying line goes over a new one, which is dialled
// while the old one is kept.
func TestAStuckPressGetsANewConnection(t *testing.T) {
	var stuck atomic.Bool
	l, h, site, old := pressed(t, &stuck)
	stuck.Store(true)
	fresh := site.Dialled()
	if len(h.down) != 0 {
		t.Fatal("the old line was given up before the new one was greeted")
	}
	fresh.Send(wire.Challenge{Nonce: linktest.Nonce})
	if why := get(t, h.down, "the end of the old line"); why != "replaced" {
		t.Fatalf("it ended because %s", why)
	}
	if n := get(t, h.up, "the new line"); n != 2 {
		t.Errorf("it has number %d", n)
	}
	l.Send(2, hello)
	if f := fresh.Next(); f.Type() != wire.THello {
		t.Errorf("the new line was sent %s", f.Type())
	}
	gone(t, "the old line", old)
}

// A line that recovers is kept, and the attempt to replace it is given up.
func TestALineThatRecoversIsKept(t *testing.T) {
	var stuck atomic.Bool
	l, h, site, old := pressed(t, &stuck)
	stuck.Store(true)
	fresh := site.Dialled()
	stuck.Store(false)
	gone(t, "the new line", fresh)
	l.Send(1, wire.Ping{})
	if f := old.Next(); f.Type() != wire.TPing || len(h.down) != 0 {
		t.Errorf("the old line was sent %s, %d lines ended", f.Type(), len(h.down))
	}
}

// Full jitter: pauses are spread over all of the range, so that a county whose
// power comes back does not knock in step.
func TestPausesAreSpreadOverAllOfTheirRange(t *testing.T) {
	cfg := link.Config{URL: "ws://h", Kiosk: "k", Sign: func([]byte) []byte { return nil }, Events: &heard{}, Times: link.DefaultTimes()}
	const tries, tenths = 2000, 10
	most := cfg.Times.Most
	var in [tenths]int
	for range tries {
		p, err := link.Pause(cfg, 30)
		if err != nil || p < 0 || p >= most {
			t.Fatalf("pause %v, %v", p, err)
		}
		in[p*tenths/most]++
	}
	for i, n := range in {
		if n < tries/tenths/2 || n > tries/tenths*2 {
			t.Errorf("%d of %d pauses are in tenth %d of the range", n, tries, i)
		}
	}
}

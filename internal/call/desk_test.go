package call

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// desk drives one call at one site in virtual time and plays the kiosk that
// grants what it is asked.
type desk struct {
	t   *testing.T
	c   Call
	p   Policy
	now Mono
	out []Effect // of the last step
	seq uint32
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, c: New(theCall), p: DefaultPolicy(here, true)}
	d.c.Why.Home = true
	return d
}

// do takes a step that must not be refused.
func (d *desk) do(ev Event) {
	d.t.Helper()
	c, out, err := Step(d.c, d.now, &d.p, ev)
	if err != nil {
		d.t.Fatalf("%T %+v: %v", ev, ev, err)
	}
	d.c, d.out = c, out
}

// refused takes a step that must be refused with code and change nothing.
func (d *desk) refused(ev Event, code string) *Refusal {
	d.t.Helper()
	before := whole(d.t, d.c)
	c, out, err := Step(d.c, d.now, &d.p, ev)
	var r *Refusal
	if !errors.As(err, &r) || r.Code != code {
		d.t.Fatalf("%T: got %v, want the refusal %s", ev, err, code)
	}
	if len(out) > 0 || whole(d.t, c) != before {
		d.t.Fatalf("%T was refused and still did something: %v", ev, out)
	}
	return r
}

func (d *desk) press(k Key) {
	d.t.Helper()
	d.seq++
	d.do(Learn{Fact: Pressed{Mark: Mark{1, d.seq}, Key: k, At: noon}})
}

// wait lets time pass, a tick each quarter of a second.
func (d *desk) wait(t time.Duration) {
	d.t.Helper()
	for end := d.now + t; d.now < end; {
		d.now += 250 * time.Millisecond
		d.do(Tick{})
	}
}

// grant lets the kiosk say yes to who claims.
func (d *desk) grant() {
	d.t.Helper()
	cl := d.c.Claim
	if cl == nil {
		d.t.Fatal("nobody claims")
	}
	d.do(Learn{Fact: Grant{Epoch: d.c.Grant.Epoch + 1, Site: d.p.Site, Person: cl.Person, Live: true}})
}

// confirm lets the kiosk end what the site asked it to end.
func (d *desk) confirm() {
	d.t.Helper()
	r := d.c.Releasing
	if r == nil {
		d.t.Fatal("nothing was asked of the kiosk")
	}
	g := d.c.Grant
	g.Live, g.Ending, g.Spoke, g.Through = false, r.Ending, r.Spoke, d.c.Last
	d.do(Learn{Fact: g})
}

func (d *desk) answer(who Person) {
	d.t.Helper()
	d.do(Answer{Person: who})
	d.grant()
	d.phase(Talking)
}

func (d *desk) phase(want Phase) {
	d.t.Helper()
	if got := d.c.Phase(); got != want {
		d.t.Fatalf("the call is %s, want %s: %s", got, want, whole(d.t, d.c))
	}
}

func (d *desk) rings(want ...Post) {
	d.t.Helper()
	if !d.c.RingsHere() || !slices.Equal(d.c.Rings, want) {
		d.t.Fatalf("rings (%v) %v, want %v", d.c.RingsHere(), d.c.Rings, want)
	}
}

// effect finds the one effect of its kind in the last step.
func effect[E Effect](d *desk) E {
	d.t.Helper()
	var found []E
	for _, e := range d.out {
		if x, ok := e.(E); ok {
			found = append(found, x)
		}
	}
	if len(found) != 1 {
		d.t.Fatalf("%d effects of %T in %v, want one", len(found), *new(E), d.out)
	}
	return found[0]
}

func none[E Effect](d *desk) {
	d.t.Helper()
	for _, e := range d.out {
		if x, ok := e.(E); ok {
			d.t.Fatalf("unexpected %+v", x)
		}
	}
}

func solved(by Person) Close {
	return Close{Closing{Person: by, Disposition: "solved", At: noon}}
}

func visited(by Person) Attend {
	return Attend{Attended{Who: "村医", By: by, At: noon}}
}

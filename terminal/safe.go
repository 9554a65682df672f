package terminal

import (
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/kiosk"
)

// stale is from which age on a press counts as made when it was, not now. It
// waited in the kernel while this program was not there, and so may its key's
// way up: what it is for is not asked, it is for help.
const stale = time.Second

// custody is which presses their inputs must keep until they are in the
// journal, so that a program that dies in between is told of them again.
type custody struct {
	known   map[string]bool // numbers of presses that the journal had at the start
	waiting []unsafePress
}

type unsafePress struct {
	record uint64
	event  input.Event
}

// remember notes which presses are in the journal.
func (c *custody) remember(presses []kiosk.PressedRecord) {
	c.known = map[string]bool{}
	for _, p := range presses {
		c.known[p.Press.String()] = true
	}
}

// stored lets go of presses whose records were written, or cannot be: then
// the hubs have them, or nobody ever will.
func (c *custody) stored(through uint64) {
	for len(c.waiting) > 0 && c.waiting[0].record <= through {
		c.waiting[0].event.Safe()
		c.waiting = c.waiting[1:]
	}
}

// pressed takes a press. One that an earlier program stored, and could not say
// so before it died, is told again and is nothing new.
func (l *loop) pressed(e input.Event) {
	note := ""
	if e.Receipt != nil {
		note = e.Receipt.Begin()
	}
	if l.custody.known[note] {
		l.log.Info("press was stored before the restart", "press", note)
		e.Safe()
		return
	}
	l.lamps.Pressed(e.Key) // before anything that could take time
	l.pressedAt = time.Now()
	effects := l.k.Step(l.now(), l.when(e))
	if e.Receipt != nil {
		for _, f := range effects {
			if w, ok := f.(kiosk.Write); ok && w.Rec.Pressed != nil {
				e.Receipt.Mark(w.Rec.Pressed.Press.String())
			}
		}
	}
	before := len(l.pending)
	l.do(effects)
	if n := len(l.pending); n > before {
		l.custody.waiting = append(l.custody.waiting, unsafePress{l.pending[n-1].n, e})
	} else {
		e.Safe() // there is nothing to store
	}
}

// when gives a press its age, by the clock of the kernel that saw it, if its
// input is one that can keep it.
func (l *loop) when(e input.Event) kiosk.Press {
	p := kiosk.Press{Key: keys[e.Key], At: time.Now(), Held: true}
	if age := l.care.clock() - e.At; e.Receipt != nil && age >= stale {
		p.At, p.Age, p.Held = p.At.Add(-age), age, false
		l.log.Info("press waited", "key", string(e.Key), "age_ms", age.Milliseconds())
	}
	return p
}

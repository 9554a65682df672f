package lamp

import (
	"sync"

	"huying/firmware-bridge/input"
)

// Name is a lamp or the buzzer.
type Name string

// The outputs of a kiosk. A key and its lamp bear the same name.
const (
	Red    Name = Name(input.Red)
	Green  Name = Name(input.Green)
	Line   Name = "line" // lit while somebody can be reached
	Buzzer Name = "buzzer"
)

// Names lists every output.
func Names() []Name { return []Name{Red, Green, Line, Buzzer} }

// Fixture is one output as built in. Several may have one name: the lamp in
// the key and another one outside the door.
type Fixture struct {
	Name Name
	Out  Output
	At   string // where it is, for a log and a technician: "pinctrl-bcm2711:GPIO22"
}

// Scene is what all lamps and the buzzer say.
type Scene struct {
	Red, Green, Line, Buzzer Signal
	// Hush is a quiet call: all is dark, and presses are not answered either,
	// because somebody in the room must not notice.
	Hush bool
}

// Lamps drives all outputs of a kiosk. Its methods may be called from any
// goroutine and never wait for an output, Stop aside.
type Lamps struct {
	runners map[Name][]*Runner
	mu      sync.Mutex
	scene   Scene
}

// NewLamps returns dark lamps that are not yet driven. told hears of each
// fixture that begins to fail, and with nil that it works again; it must not
// call back and may be nil.
func NewLamps(fixtures []Fixture, told func(Fixture, error)) *Lamps {
	if told == nil {
		told = func(Fixture, error) {}
	}
	l := &Lamps{runners: map[Name][]*Runner{}}
	for _, f := range fixtures {
		r := NewRunner(f.Out, func(err error) { told(f, err) })
		l.runners[f.Name] = append(l.runners[f.Name], r)
	}
	return l
}

// Start begins to drive every output and returns at once.
func (l *Lamps) Start() { l.each(func(_ Name, r *Runner) { r.Start() }) }

// Stop switches everything off; see Runner.Stop.
func (l *Lamps) Stop() {
	var all sync.WaitGroup
	l.each(func(_ Name, r *Runner) { all.Go(r.Stop) })
	all.Wait()
}

// Show makes the lamps say a scene. What was already said goes on.
func (l *Lamps) Show(s Scene) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s == l.scene {
		return
	}
	hushed := s.Hush && !l.scene.Hush
	l.scene = s
	says := map[Name]Signal{Red: s.Red, Green: s.Green, Line: s.Line, Buzzer: s.Buzzer}
	l.each(func(n Name, r *Runner) {
		if s.Hush {
			r.Show(Off())
		} else {
			r.Show(says[n].Pattern())
		}
		if hushed {
			r.Flash(Off())
		}
	})
}

// Pressed answers a press at once, whatever becomes of it: the key's lamp
// winks. Nothing sounds, because it may become a quiet call.
func (l *Lamps) Pressed(k input.Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.scene.Hush {
		return
	}
	for _, r := range l.runners[Name(k)] {
		r.Wink()
	}
}

func (l *Lamps) each(f func(Name, *Runner)) {
	for name, all := range l.runners {
		for _, r := range all {
			f(name, r)
		}
	}
}

package hardware

import (
	"errors"
	"io"
	"sync"

	"huying/firmware-bridge/evdev"
	"huying/firmware-bridge/gpioline"
	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/input"
	"huying/firmware-bridge/lamp"
	"huying/firmware-bridge/mcu"
)

// pullUp is periph's gpio.PullUp, whose package stays inside firmware-bridge;
// a test compares the two.
const pullUp = 3

// Hardware is all keys and lamps of a kiosk. As an input.Input it has the keys
// of every device.
type Hardware struct {
	devices  []device
	fixtures []lamp.Fixture
	loops    map[input.Key]lamp.Output
	closers  []io.Closer
	keeper   *handover.Keeper

	out  chan input.Event
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
	mu   sync.Mutex // guards merge
	join *merger
	err  error
}

var _ input.Input = (*Hardware)(nil)

// device is one source of keys and its name for a technician.
type device struct {
	name string
	in   input.Input
}

// Open begins to read the keys that the settings name and makes the outputs
// ready. What is absent is a Fault of its keys or an error of its outputs; an
// error of Open is a *Problem.
func Open(s Settings) (*Hardware, error) { return OpenKept(nil, s) }

// OpenKept is Open for lines and devices that a keeper keeps open while the
// program is not there. What it has and the settings do not name is given up.
func OpenKept(keeper *handover.Keeper, s Settings) (*Hardware, error) {
	if found := s.Check(); len(found) > 0 {
		return nil, found[0]
	}
	h := &Hardware{keeper: keeper, out: make(chan input.Event), stop: make(chan struct{}), join: newMerger(), loops: map[input.Key]lamp.Output{}}
	for _, open := range []func(Settings) error{h.openGPIO, h.openMCU, h.openEvdev, h.openLamps} {
		if err := open(s); err != nil {
			_ = h.Close() // there is a better error to tell
			return nil, err
		}
	}
	_ = keeper.Discard("") // what cannot be given up is asked for again at the next start
	for _, d := range h.devices {
		h.wg.Go(func() { h.bring(d) })
	}
	return h, nil
}

func (h *Hardware) add(name string, in input.Input) {
	h.devices = append(h.devices, device{name, in})
	h.closers = append(h.closers, in)
}

func (h *Hardware) openGPIO(s Settings) error {
	g := s.GPIO
	if g == (GPIO{}) {
		return nil
	}
	line := func(key input.Key, name, rest string) gpioline.KeyLine {
		l := gpioline.KeyLine{Key: key, Line: gpioline.Line{Chip: g.Chip, Name: name}}
		if rest != "" {
			l.Rest = gpioline.Line{Chip: g.Chip, Name: rest}
		}
		if !g.ActiveHigh {
			l.ActiveLow, l.Pull = true, pullUp
		}
		return l
	}
	keys, err := gpioline.OpenKept(h.keeper, line(input.Red, g.Red, g.RedRest), line(input.Green, g.Green, g.GreenRest))
	if err != nil {
		return &Problem{"gpio", err.Error()}
	}
	h.add(g.Chip, keys)
	for key, name := range map[input.Key]string{input.Red: g.RedLoop, input.Green: g.GreenLoop} {
		if name == "" {
			continue
		}
		out, err := gpioline.OpenOut(gpioline.Line{Chip: g.Chip, Name: name}, false)
		if err != nil {
			return &Problem{"gpio." + string(key) + "_loop", err.Error()}
		}
		h.closers = append(h.closers, out)
		h.loops[key] = out
	}
	return nil
}

func (h *Hardware) openMCU(s Settings) error {
	if s.MCU == (MCU{}) {
		return nil
	}
	board, err := mcu.Open(mcu.Config{Path: s.MCU.Port, Receipts: true})
	if err != nil {
		return &Problem{"mcu", err.Error()}
	}
	h.add(s.MCU.Port, board)
	for name, output := range map[lamp.Name]string{
		lamp.Red: mcu.RedLamp, lamp.Green: mcu.GreenLamp, lamp.Line: mcu.LineLamp, lamp.Buzzer: mcu.Buzzer,
	} {
		l, err := board.Lamp(output)
		if err != nil {
			return &Problem{"mcu", err.Error()}
		}
		h.fixtures = append(h.fixtures, lamp.Fixture{Name: name, Out: boardLamp{l}, At: s.MCU.Port})
	}
	return nil
}

// boardLamp is no fault of its own while its board is away: the board's keys
// say so already, and what was set is shown as soon as it is back.
type boardLamp struct{ lamp.Output }

func (l boardLamp) Set(on bool) error {
	if err := l.Output.Set(on); !errors.Is(err, mcu.ErrAway) {
		return err
	}
	return nil
}

func (h *Hardware) openEvdev(s Settings) error {
	for _, e := range s.Evdev {
		var codes []evdev.KeyCode
		for _, k := range []struct {
			key  input.Key
			code string
		}{{input.Red, e.Red}, {input.Green, e.Green}} {
			if k.code == "" {
				continue
			}
			c, err := evdev.ParseCode(k.code)
			if err != nil {
				return &Problem{"evdev", err.Error()} // Check has seen to it
			}
			codes = append(codes, evdev.KeyCode{Key: k.key, Code: c})
		}
		keys, err := evdev.OpenKept(h.keeper, e.Device, codes...)
		if err != nil {
			return &Problem{"evdev", err.Error()}
		}
		h.add(e.Device, keys)
	}
	return nil
}

func (h *Hardware) openLamps(s Settings) error {
	l := s.Lamps
	for _, f := range []struct {
		name lamp.Name
		line string
	}{{lamp.Red, l.Red}, {lamp.Green, l.Green}, {lamp.Line, l.Line}, {lamp.Buzzer, l.Buzzer}} {
		if f.line == "" {
			continue
		}
		line := gpioline.Line{Chip: l.chip(s.GPIO), Name: f.line}
		out, err := gpioline.OpenOut(line, l.ActiveLow)
		if err != nil {
			return &Problem{"lamps." + string(f.name), err.Error()}
		}
		h.closers = append(h.closers, out)
		h.fixtures = append(h.fixtures, lamp.Fixture{Name: f.name, Out: out, At: line.String()})
	}
	return nil
}

// bring hands on the events of one device. It takes the next event only when
// the one before was received, so that a microcontroller keeps what a reader
// that died never saw.
func (h *Hardware) bring(d device) {
	for e := range d.in.Events() {
		h.mu.Lock()
		e, tell := h.join.take(d.name, e)
		h.mu.Unlock()
		if !tell {
			continue
		}
		select {
		case h.out <- e:
		case <-h.stop:
			return
		}
	}
}

// Events implements input.Input.
func (h *Hardware) Events() <-chan input.Event { return h.out }

// Fixtures are the lamps and buzzers; they are dark.
func (h *Hardware) Fixtures() []lamp.Fixture { return h.fixtures }

// Loops are the outputs that work a key for its self-test.
func (h *Hardware) Loops() map[input.Key]lamp.Output { return h.loops }

// Close implements input.Input. Whoever drives the lamps must have stopped.
func (h *Hardware) Close() error {
	h.once.Do(func() {
		close(h.stop)
		for _, c := range h.closers {
			h.err = errors.Join(h.err, c.Close())
		}
		h.wg.Wait()
		close(h.out)
	})
	return h.err
}

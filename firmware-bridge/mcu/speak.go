package mcu

import (
	"fmt"
	"strings"
	"time"
)

// speak sends a command if one is due: at each heartbeat, at once for news,
// and again until the firmware has them.
func (b *Board) speak(p port, now time.Duration) error {
	b.mu.Lock()
	rev, shown := b.rev, b.shown
	b.mu.Unlock()
	have, ack := b.link.expected, b.out.ack()
	news := rev != b.rev8 || have != b.have || ack != b.acked || b.link.answer
	again := rev != b.link.last.Rev && now-b.sent >= repeatEvery
	if !news && !again && now-b.sent < heartEvery {
		return nil
	}
	b.number++
	c := command{N: b.number, Epoch: b.link.epoch, Have: have, Ack: ack, Rev: rev}
	for i, s := range shown {
		c.Patterns[i] = uint16(s)
	}
	b.sent, b.rev8, b.have, b.acked, b.link.answer = now, rev, have, ack, false
	if _, err := p.Write(c.frame()); err != nil {
		return fmt.Errorf("mcu: write %s: %w", b.conf.Path, err)
	}
	return nil
}

// State is what a Board last knew of its microcontroller, for a report and for
// whoever looks for a fault.
type State struct {
	Present  bool          // it is heard
	Boot     int           // how often it has started, modulo 65,536
	Reset    string        // why it started last: "power", "reset pin", "brown-out", "watchdog"
	Uptime   time.Duration // since its power came, resets included
	Down     []string      // keys that are down
	HostLost bool          // it shows its own pattern, because commands do not reach it
	Refused  int           // frames to it that were broken, since it started
	Broken   int           // frames from it that were broken, since the port was opened
	Missing  int           // frames from it whose numbers are missing, broken ones included
}

// State tells what is known of the microcontroller. It may be called at any time.
func (b *Board) State() State {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state
}

// note keeps the state for those who ask.
func (b *Board) note(present bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.present = present
	s := b.link.last
	b.state = State{
		Present: present, Boot: int(s.Boot), Reset: reason(s.Reset),
		Uptime: time.Duration(s.Uptime) * time.Millisecond, HostLost: s.Flags&hostLost != 0,
		Refused: int(s.Bad), Broken: b.dec.bad, Missing: b.link.lost,
	}
	for i, k := range keys {
		if s.Levels>>i&1 == 1 {
			b.state.Down = append(b.state.Down, string(k))
		}
	}
}

// reason names the bits of an AVR's MCUSR. A start from cold may set several.
func reason(mcusr uint8) string {
	var all []string
	for i, name := range []string{"power", "reset pin", "brown-out", "watchdog", "debugger"} {
		if mcusr>>i&1 == 1 {
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return "unknown"
	}
	return strings.Join(all, ", ")
}

package thin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huying/cmd/villagesim/line/cable"
)

// Trial is one talk on one line.
type Trial struct {
	Name string
	Line cable.Quality
	// Blind pages learn nothing of the line, so no rule of theirs can act.
	Blind bool
	// From the first word: the line is thin before the key is pressed.
	Early bool
	// Hold is how long the line stays thin.
	Hold time.Duration
	// Heal waits until both see each other on a line that is well again.
	Heal bool
}

// counts is what ear.js tells; seconds are milliseconds there.
type counts struct {
	Now                                  float64
	Windows, Samples, Concealed          int64
	Packets, Lost, FramesIn, FramesOut   int64
	AudioOut, VideoOut, AudioIn, VideoIn int64
	Available, RTT                       float64
}

// Heard is what one side heard of the other's voice.
type Heard struct {
	Windows int // of 20 ms that were listened to
	Voice   int // of those, with a note in them whose turn it was
	Gaps    int // times of more than 200 ms without such a note
	Longest time.Duration
	Frames  int64         // pictures that came
	Kbit    float64       // the voice's packets, kbit/s of RTP
	Waited  time.Duration // mean time that a packet waited for the line
}

// Share is how much of the voice arrived, 0 to 1.
func (h Heard) Share() float64 {
	if h.Windows == 0 {
		return 0
	}
	return float64(h.Voice) / float64(h.Windows)
}

// Result is what became of a talk.
type Result struct {
	Trial  Trial
	Up     Heard         // the villager's voice at the operator's
	Down   Heard         // the operator's voice at the kiosk
	Kbit   [2]float64    // IP octets given to the line, kbit/s: from the kiosk, to the kiosk
	Healed time.Duration // until both saw each other again
}

const (
	window = 20 * time.Millisecond
	// gap is the shortest silence that a listener takes for a break of the line.
	gap = 200 * time.Millisecond
	// again is when a note may be heard anew: the melody has come round.
	again = 6 * note
)

// listen sums up what was heard in windows; -1 is silence. A note counts for as
// long as it was sung and one window more; what is longer was invented.
func listen(windows []int) (h Heard) {
	h.Windows = len(windows)
	last, began := -1, 0
	quiet := time.Duration(0)
	for i, w := range windows {
		if w >= 0 && (w != last || time.Duration(i-began)*window >= again) {
			last, began = w, i
		}
		if w >= 0 && time.Duration(i-began)*window <= note {
			h.Voice++
			quiet = 0
			continue
		}
		quiet += window
		h.Longest = max(h.Longest, quiet)
		if quiet > gap && quiet-window <= gap {
			h.Gaps++
		}
	}
	return h
}

// Try holds one talk. trace is told once a second how it goes.
func (s *Stage) Try(ctx context.Context, t Trial, trace func(string)) (r Result, err error) {
	r.Trial = t
	if t.Early {
		s.county.SetLine(0, t.Line)
	}
	defer s.county.SetLine(0, cable.Quality{})
	call, err := s.meet(ctx, t.Blind)
	if err != nil {
		return r, err
	}
	if !t.Early {
		if err := s.seen(ctx, comeWait); err != nil {
			return r, err
		}
		s.county.SetLine(0, t.Line)
	}
	if err := s.measure(ctx, t, &r, trace); err != nil {
		return r, err
	}
	s.county.SetLine(0, cable.Quality{})
	if t.Heal {
		well := time.Now()
		err = s.seen(ctx, 2*time.Minute)
		r.Healed = time.Since(well)
	}
	return r, errors.Join(err, s.part(ctx, call))
}

// measure listens at both sides for as long as the trial says.
func (s *Stage) measure(ctx context.Context, t Trial, r *Result, trace func(string)) error {
	before, err := s.counts(ctx)
	if err != nil {
		return err
	}
	up, down := s.county.Given(0)
	began := time.Now()
	last, lastUp, lastDown := before, up, down
	for time.Since(began) < t.Hold {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
		now, err := s.counts(ctx)
		if err != nil {
			return err
		}
		u, d := s.county.Given(0)
		trace(fmt.Sprintf("%3.0f s  line given %.0f and %.0f kbit/s\n       villager sends %s\n       operator sends %s", time.Since(began).Seconds(),
			kbit(u.Octets-lastUp.Octets, (now[0].Now-last[0].Now)/1000), kbit(d.Octets-lastDown.Octets, (now[0].Now-last[0].Now)/1000),
			between(last[0], now[0], last[1], now[1]), between(last[1], now[1], last[0], now[0])))
		last, lastUp, lastDown = now, u, d
	}
	took := time.Since(began).Seconds()
	upNow, downNow := s.county.Given(0)
	r.Kbit = [2]float64{kbit(upNow.Octets-up.Octets, took), kbit(downNow.Octets-down.Octets, took)}
	waited := []time.Duration{upNow.Since(up), downNow.Since(down)}
	for i, b := range []*browser{s.seat, s.kiosk} {
		h := []*Heard{&r.Up, &r.Down}[i]
		at := 1 - i // of counts: the kiosk is first
		var windows []int
		if err := b.eval(ctx, fmt.Sprintf("ear.since(%d)", before[at].Windows), &windows); err != nil {
			return err
		}
		*h = listen(windows)
		trace(fmt.Sprint(b.name, " hears ", windows))
		h.Frames = last[at].FramesIn - before[at].FramesIn
		h.Kbit = kbit(last[at].AudioIn-before[at].AudioIn, took)
		h.Waited = waited[i]
	}
	return nil
}

func kbit(octets int64, seconds float64) float64 { return float64(octets) * 8e-3 / seconds }

// between says in a line what went from one side to the other in a second.
func between(from, fromNow, to, toNow counts) string {
	kbit := func(n int64) float64 { return kbit(n, (fromNow.Now-from.Now)/1000) }
	return fmt.Sprintf("audio %4.0f video %4.0f kbit/s (room for %4.0f, rtt %4.0f ms); there come audio %4.0f video %4.0f, %2d packets lost, %3.0f %% concealed, %2d pictures",
		kbit(fromNow.AudioOut-from.AudioOut), kbit(fromNow.VideoOut-from.VideoOut), fromNow.Available/1000, fromNow.RTT*1000,
		kbit(toNow.AudioIn-to.AudioIn), kbit(toNow.VideoIn-to.VideoIn), toNow.Lost-to.Lost,
		100*float64(toNow.Concealed-to.Concealed)/max(1, float64(toNow.Samples-to.Samples)), toNow.FramesIn-to.FramesIn)
}

// counts asks the kiosk's page and the operator's.
func (s *Stage) counts(ctx context.Context) (c [2]counts, err error) {
	for i, b := range []*browser{s.kiosk, s.seat} {
		if e := b.eval(ctx, "ear.counts()", &c[i]); e != nil {
			err = errors.Join(err, e)
		}
	}
	return c, err
}

// seen waits until pictures come at both sides.
func (s *Stage) seen(ctx context.Context, within time.Duration) error {
	before, err := s.counts(ctx)
	if err != nil {
		return err
	}
	const frames = 10
	return until(ctx, within, func() (bool, error) {
		now, err := s.counts(ctx)
		return now[0].FramesIn-before[0].FramesIn >= frames && now[1].FramesIn-before[1].FramesIn >= frames, err
	})
}

// String is one line of a table.
func (r Result) String() string {
	rule := "voice first"
	if r.Trial.Blind {
		rule = "rule off"
	}
	say := func(h Heard) string {
		return fmt.Sprintf("%5.1f %% heard, %d gaps, longest %v, waited %v, %d pictures", 100*h.Share(), h.Gaps, h.Longest, h.Waited.Round(time.Millisecond), h.Frames)
	}
	return fmt.Sprintf("%-12s %-11s villager: %s; operator: %s; line given %.0f and %.0f kbit/s; pictures back in %.1f s",
		r.Trial.Name, rule, say(r.Up), say(r.Down), r.Kbit[0], r.Kbit[1], r.Healed.Seconds())
}

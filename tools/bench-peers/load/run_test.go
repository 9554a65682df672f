package load

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a broker in virtual time: it acknowledges after ack and rings after
// ring, and rings lose fewer times than it acknowledges.
type slow struct {
	ack, ring time.Duration
	lose      int
	repeat    bool
	fail      error

	told func([]byte)
	n    int
}

func (s *slow) Subscribe(ring func([]byte)) error { s.told = ring; return nil }

func (s *slow) Publisher(int) (Publisher, error) { return s, nil }

func (s *slow) Close() {}

func (s *slow) Publish(p []byte) error {
	s.n++
	if s.n <= s.lose {
		return nil
	}
	time.AfterFunc(s.ring, func() {
		s.told(p)
		if s.repeat {
			s.told(p)
		}
	})
	time.Sleep(s.ack) // virtual
	return s.fail
}

func TestOpenLoopMeasuresFromThePress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slow{ack: 3 * time.Second, ring: 2 * time.Millisecond, repeat: true}
		line, err := Run(t.Context(), "slow", Workload{Publishers: 1, Pace: 10, Seconds: 5, Bytes: 200}, b)
		if err != nil {
			t.Fatal(err)
		}
		// An acknowledgement of 3 s must not slow an open loop of 10 a second.
		if line.N != 50 || line.P50 != 2000 || line.P99 != 2000 || line.AckMax != 3e6 || line.Seconds != 7.9 {
			t.Errorf("%+v", line)
		}
		if line.Repeated != 50 {
			t.Errorf("repeated rings: %d, want 50, none of them counted", line.Repeated)
		}
		if line.PacerP99 != 0 {
			t.Errorf("the pacer was late in virtual time: %g", line.PacerP99)
		}
	})
}

func TestClosedLoopWaitsForItsAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slow{ack: 100 * time.Millisecond, ring: 10 * time.Millisecond}
		line, err := Run(t.Context(), "slow", Workload{Publishers: 1, Closed: true, Seconds: 1, Bytes: 200}, b)
		if err != nil {
			t.Fatal(err)
		}
		if line.N != 10 || line.Rate != 10 || line.P50 != 10000 || line.AckP50 != 100000 {
			t.Errorf("%+v", line)
		}
	})
}

func TestAcknowledgedButNeverRungIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slow{ack: time.Millisecond, lose: 1}
		_, err := Run(t.Context(), "slow", Workload{Publishers: 1, Pace: 1, Seconds: 1, Bytes: 200}, b)
		if err == nil || !strings.Contains(err.Error(), "never rang") {
			t.Errorf("a lost press passed: %v", err)
		}
	})
}

func TestPublishFaultEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := errors.New("away")
		b := &slow{ack: time.Millisecond, fail: fault}
		if _, err := Run(t.Context(), "slow", Workload{Publishers: 1, Pace: 1, Seconds: 1, Bytes: 200}, b); !errors.Is(err, fault) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPercentileIsNearestRank(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		in   []time.Duration
		p    float64
		want time.Duration
	}{
		{nil, 0.5, 0}, {hundred[:1], 0.99, 1}, {hundred, 0.5, 50}, {hundred, 0.99, 99},
		{hundred, 1, 100}, {hundred, 0, 1}, {hundred[:3], 0.5, 2}, {hundred[:50], 0.99, 50},
	} {
		if got := Percentile(c.in, c.p); got != c.want {
			t.Errorf("p%g of %d: %d, want %d", c.p*100, len(c.in), got, c.want)
		}
	}
}

func TestValidateNamesTheFlag(t *testing.T) {
	err := Workload{Publishers: 0, Pace: -1, Seconds: 0, Bytes: 3}.Validate()
	for _, name := range []string{"-publishers", "-pace", "-seconds", "-bytes"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if err := (Workload{Publishers: 450, Closed: true, Seconds: 5, Bytes: 200}).Validate(); err != nil {
		t.Errorf("a closed loop needs no pace: %v", err)
	}
}

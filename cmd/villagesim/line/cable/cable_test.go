package cable_test

import (
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/cmd/villagesim/line/cable"
)

// port is a machine: what it sends, and when what came to it came.
type port struct {
	out  chan []byte
	mu   sync.Mutex
	came []time.Time
	what [][]byte
}

func (p *port) Read(b []byte) (int, error) {
	packet, ok := <-p.out
	if !ok {
		return 0, io.EOF
	}
	return copy(b, packet), nil
}

func (p *port) Write(b []byte) (int, error) {
	p.mu.Lock() // two packets may come at one moment
	defer p.mu.Unlock()
	p.came, p.what = append(p.came, time.Now()), append(p.what, slices.Clone(b))
	return len(b), nil
}

var left, right = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")

// packet is an IPv4 header with a number behind it.
func packet(from, to netip.Addr, n uint32) []byte {
	p := make([]byte, 24)
	p[0] = 0x45
	binary.BigEndian.PutUint16(p[2:], 24)
	copy(p[12:], from.AsSlice())
	copy(p[16:], to.AsSlice())
	binary.BigEndian.PutUint32(p[20:], n)
	return p
}

// send lets 1000 packets go from left to right, one each 10 ms.
func send(t *testing.T, q cable.Quality) (a, b *port, began time.Time, n *cable.Net) {
	a, b = &port{out: make(chan []byte)}, &port{out: make(chan []byte)}
	n = cable.New(map[netip.Addr]io.ReadWriter{left: a, right: b}, 1)
	n.Set(right, left, q)
	began = time.Now()
	for i := range uint32(1000) {
		a.out <- packet(left, right, i)
		time.Sleep(10 * time.Millisecond) // virtual
	}
	time.Sleep(time.Minute)
	synctest.Wait()
	t.Cleanup(func() { close(a.out); close(b.out) })
	return a, b, began, n
}

func TestAPerfectLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, b, began, _ := send(t, cable.Quality{})
		if len(b.came) != 1000 {
			t.Fatalf("%d of 1000 packets came", len(b.came))
		}
		for i, at := range b.came {
			if n := binary.BigEndian.Uint32(b.what[i][20:]); int(n) != i || at.Sub(began) != time.Duration(i)*10*time.Millisecond {
				t.Fatalf("packet %d came as the %dth after %v", n, i, at.Sub(began))
			}
		}
	})
}

func TestABadLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, b, began, n := send(t, cable.Quality{Loss: 0.3, Delay: 800 * time.Millisecond, Jitter: 400 * time.Millisecond})
		if lost, of := n.Lost(); of != 1000 || lost < 250 || lost > 350 || int(lost)+len(b.came) != 1000 {
			t.Errorf("of %d packets %d were lost and %d came, want 30 %% lost", of, lost, len(b.came))
		}
		least, most, overtook := time.Hour, time.Duration(0), false
		before := uint32(0)
		for i, at := range b.came {
			k := binary.BigEndian.Uint32(b.what[i][20:])
			took := at.Sub(began) - time.Duration(k)*10*time.Millisecond
			least, most = min(least, took), max(most, took)
			overtook = overtook || k < before
			before = k
		}
		if least < 400*time.Millisecond || least > 410*time.Millisecond || most > 1200*time.Millisecond || most < 1190*time.Millisecond || !overtook {
			t.Errorf("packets took %v to %v, overtaking %v; want 400 ms to 1.2 s, in any order", least, most, overtook)
		}
	})
}

// TestAThinLine gives 1000 packets of 24 octets, 19.2 kbit/s, to a line that
// carries half of that and keeps nobody waiting for more than 200 ms.
func TestAThinLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const each = 20 * time.Millisecond // 24 octets at 9600 bit/s
		_, b, began, n := send(t, cable.Quality{Delay: 50 * time.Millisecond, Rate: 9600, Queue: 200 * time.Millisecond})
		if lost, of := n.Lost(); of != 1000 || int(lost)+len(b.came) != 1000 || len(b.came) < 500 || len(b.came) > 515 {
			t.Fatalf("of %d packets %d were lost and %d came, want half of them and what waited", of, lost, len(b.came))
		}
		longest, before := time.Duration(0), began
		for i, at := range b.came {
			k := binary.BigEndian.Uint32(b.what[i][20:])
			longest = max(longest, at.Sub(began)-time.Duration(k)*10*time.Millisecond)
			if at.Sub(before) < each {
				t.Fatalf("packet %d came %v after the one before it, want %v at least", k, at.Sub(before), each)
			}
			before = at
		}
		if longest < 200*time.Millisecond || longest > 50*time.Millisecond+200*time.Millisecond+each {
			t.Errorf("the longest way took %v, want 270 ms at most", longest)
		}
		got, back := n.Given(left, right), n.Given(right, left)
		waited := got.Since(cable.Given{}) // 200 ms at most, once the queue is full
		if got.Octets != 24_000 || got.Packets != 1000 || waited < 180*time.Millisecond || waited > 210*time.Millisecond || back != (cable.Given{}) {
			t.Errorf("counted were %+v, waiting %v, and back %+v", got, waited, back)
		}
	})
}

// TestTheWaysOfALineDoNotHinderEachOther: a queue in one direction is none in the other.
func TestTheWaysOfALineDoNotHinderEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _, n := send(t, cable.Quality{Rate: 9600, Queue: time.Second})
		n.Set(left, right, cable.Quality{Rate: 9600})
		for i := range uint32(50) {
			a.out <- packet(left, right, i)
		}
		began := time.Now()
		b.out <- packet(right, left, 0)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(a.came) != 1 || a.came[0].Sub(began) != 20*time.Millisecond {
			t.Errorf("the one packet back came at %v", a.came)
		}
		if last := b.came[len(b.came)-1].Sub(began); last != time.Second {
			t.Errorf("the last of 50 packets without a bound took %v, want 1 s", last)
		}
	})
}

func TestWhatIsNoPacketForAnybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, _, _ := send(t, cable.Quality{})
		sent := len(b.came)
		for _, p := range [][]byte{nil, {0x60}, make([]byte, 40), packet(left, netip.MustParseAddr("224.0.0.1"), 0)} {
			a.out <- p
		}
		synctest.Wait()
		if len(b.came) != sent || len(a.came) != 0 {
			t.Error("something came of it")
		}
	})
}

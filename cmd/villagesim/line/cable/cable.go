// Package cable carries IP packets between machines over lines that are as bad
// as one wants: it loses them, delays each by its own time, so that they
// overtake one another, lets only so many octets through in a second, or none.
// The kernel's own way of doing so, netem, is not in every kernel; TCP cannot
// tell the difference.
package cable

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Quality is how bad a line is, in each of its directions. The zero Quality is
// a perfect line.
type Quality struct {
	Loss   float64       // share of the packets that is lost, 0 to 1
	Delay  time.Duration // mean time that a packet takes
	Jitter time.Duration // a packet takes Delay ± at most this, evenly distributed
	// Rate is how many bits of IP packets a direction carries in a second; 0 is
	// no limit. What comes faster waits.
	Rate int64
	// Queue is how long a packet may wait for those before it; one that would
	// wait longer is dropped. 0 is no bound: a line that forgets nothing.
	Queue time.Duration
}

// sample decides the fate of one packet of so many octets that comes now to a
// direction which is free again at the moment free, and gives that moment anew.
// A packet that is lost on the way has taken its time of the line all the same.
func (q Quality) sample(rng *rand.Rand, now, free time.Time, size int) (after time.Duration, next time.Time, lost bool) {
	if q.Rate > 0 {
		waits := max(0, free.Sub(now))
		if q.Queue > 0 && waits > q.Queue {
			return 0, free, true
		}
		after = waits + time.Duration(int64(size)*8*int64(time.Second)/q.Rate)
		free = now.Add(after)
	}
	if q.Loss > 0 && rng.Float64() < q.Loss {
		return 0, free, true
	}
	var jitter time.Duration
	if q.Jitter > 0 {
		jitter = time.Duration(rng.Int64N(int64(2*q.Jitter)+1)) - q.Jitter
	}
	return after + max(0, q.Delay+jitter), free, false
}

// Net joins machines, each with each.
type Net struct {
	ends map[netip.Addr]io.ReadWriter
	mu   sync.Mutex
	rng  *rand.Rand
	bad  map[way]Quality
	free map[way]time.Time // when a direction has sent all that waits for it
	took map[way]Given
	all  atomic.Int64
	gone atomic.Int64
}

// way is one direction of a line.
type way struct{ from, to netip.Addr }

// New joins ends by perfect lines. Reading goes on until an end is closed.
func New(ends map[netip.Addr]io.ReadWriter, seed uint64) *Net {
	n := &Net{ends: ends, rng: rand.New(rand.NewPCG(seed, 7)),
		bad: map[way]Quality{}, free: map[way]time.Time{}, took: map[way]Given{}}
	for _, e := range ends {
		go n.carry(e)
	}
	return n
}

// Set makes the line between two machines so bad from now on; packets that are
// under way keep their time.
func (n *Net) Set(a, b netip.Addr, q Quality) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.bad[way{a, b}], n.bad[way{b, a}] = q, q
}

// Given is what a direction of a line was given, lost packets included.
type Given struct {
	Packets int64
	Octets  int64         // of IP packets
	Waited  time.Duration // all packets' waiting for those before them, summed up
}

// Since is how long a packet waited on average since before; 0 if none came.
func (g Given) Since(before Given) time.Duration {
	if g.Packets == before.Packets {
		return 0
	}
	return (g.Waited - before.Waited) / time.Duration(g.Packets-before.Packets)
}

// Given says what one machine has given to its line to another.
func (n *Net) Given(from, to netip.Addr) Given {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.took[way{from, to}]
}

// Lost says how many packets were given to the lines, and how many of those
// they lost.
func (n *Net) Lost() (lost, of int64) { return n.gone.Load(), n.all.Load() }

// maxPacket is the longest IPv4 packet, octets.
const maxPacket = 1 << 16

func (n *Net) carry(from io.Reader) {
	buf := make([]byte, maxPacket)
	for {
		size, err := from.Read(buf)
		if err != nil {
			return
		}
		a, b, ok := addresses(buf[:size])
		to := n.ends[b]
		if !ok || to == nil {
			continue // IPv6 that looks for routers, multicast
		}
		n.all.Add(1)
		after, lost := n.fate(way{a, b}, size)
		if lost {
			n.gone.Add(1)
			continue
		}
		packet := append([]byte(nil), buf[:size]...)
		if after == 0 {
			_, _ = to.Write(packet)
			continue
		}
		// A machine that is gone loses what was under way to it.
		time.AfterFunc(after, func() { _, _ = to.Write(packet) })
	}
}

func (n *Net) fate(w way, size int) (after time.Duration, lost bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now, took := time.Now(), n.took[w]
	took.Packets++
	took.Octets += int64(size)
	took.Waited += max(0, n.free[w].Sub(now))
	n.took[w] = took
	after, n.free[w], lost = n.bad[w].sample(n.rng, now, n.free[w], size)
	return after, lost
}

// addresses reads where an IPv4 packet comes from and goes.
func addresses(p []byte) (from, to netip.Addr, ok bool) {
	const header = 20
	if len(p) < header || p[0]>>4 != 4 || int(binary.BigEndian.Uint16(p[2:])) > len(p) {
		return from, to, false
	}
	return netip.AddrFrom4([4]byte(p[12:16])), netip.AddrFrom4([4]byte(p[16:20])), true
}

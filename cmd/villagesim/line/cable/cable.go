// Package cable carries IP packets between machines over lines that are as bad
// as one wants: it loses them, delays each by its own time, so that they
// overtake one another, or lets none through. The kernel's own way of doing
// so, netem, is not in every kernel; TCP cannot tell the difference.
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
}

// sample decides the fate of one packet.
func (q Quality) sample(rng *rand.Rand) (after time.Duration, lost bool) {
	if q.Loss > 0 && rng.Float64() < q.Loss {
		return 0, true
	}
	if q.Jitter > 0 {
		after = time.Duration(rng.Int64N(int64(2*q.Jitter)+1)) - q.Jitter
	}
	return max(0, q.Delay+after), false
}

// Net joins machines, each with each.
type Net struct {
	ends map[netip.Addr]io.ReadWriter
	mu   sync.Mutex
	rng  *rand.Rand
	bad  map[pair]Quality
	all  atomic.Int64
	gone atomic.Int64
}

// pair is a line, whichever way round.
type pair struct{ low, high netip.Addr }

func line(a, b netip.Addr) pair {
	if b.Less(a) {
		a, b = b, a
	}
	return pair{a, b}
}

// New joins ends by perfect lines. Reading goes on until an end is closed.
func New(ends map[netip.Addr]io.ReadWriter, seed uint64) *Net {
	n := &Net{ends: ends, rng: rand.New(rand.NewPCG(seed, 7)), bad: map[pair]Quality{}}
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
	n.bad[line(a, b)] = q
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
		n.mu.Lock()
		after, lost := n.bad[line(a, b)].sample(n.rng)
		n.mu.Unlock()
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

// addresses reads where an IPv4 packet comes from and goes.
func addresses(p []byte) (from, to netip.Addr, ok bool) {
	const header = 20
	if len(p) < header || p[0]>>4 != 4 || int(binary.BigEndian.Uint16(p[2:])) > len(p) {
		return from, to, false
	}
	return netip.AddrFrom4([4]byte(p[12:16])), netip.AddrFrom4([4]byte(p[16:20])), true
}

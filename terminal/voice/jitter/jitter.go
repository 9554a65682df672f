// Package jitter puts the packets of one speaker into order and evens out their
// arrival. It is pure: packets go in as they come, and one is asked for
// whenever the loudspeaker wants more. The loudspeaker's clock is the only one.
//
// The buffer waits as little as it may: it starts two packets (40 ms) deep,
// grows by one each time a packet came too late to be played, up to MaxDepth,
// and shrinks again when it has been deeper than needed for a while.
package jitter

// Depths in packets, which usually are of 20 ms.
const (
	MinDepth = 2
	MaxDepth = 15
	// mostHeld bounds memory: a line that gives a second at once has stalled, and
	// what is older than that is no longer worth hearing.
	mostHeld = 50
	// leap is from how many packets on a jump of the sequence is a new start and
	// not a loss.
	leap = 3 * mostHeld
	// review is how many packets are played before it is seen whether the buffer
	// is deeper than it has to be: 4 s.
	review = 200
)

// Packet is what matters of an RTP packet (RFC 3550).
type Packet struct {
	Seq     uint16
	TS      uint32
	Payload []byte
}

// Verdict says what Next gave.
type Verdict int

// The verdicts of Next.
const (
	Play Verdict = iota // the packet is the next one
	Lost                // it never came, later ones are here: conceal it
	Dry                 // nothing is here, or not enough to begin: silence
)

// Counts are totals since the start, in packets.
type Counts struct{ Played, Lost, Late, Doubled, Skipped, Dried int }

// Buffer holds one speaker's packets. The zero value is ready. It is not safe
// for several goroutines.
type Buffer struct {
	held    map[int64]Packet
	begun   bool  // a packet was seen
	flowing bool  // playing; otherwise filling up
	next    int64 // the packet to be played next, counted without wrapping
	newest  int64
	depth   int // packets to gather before playing
	dried   bool
	lastSeq uint16
	lastTS  uint32 // of the packet with lastSeq, the newest in sequence
	step    uint32 // timestamp units of a packet
	spare   int    // least that was held in reserve since the last review
	since   int    // packets played since the last review
	counts  Counts
}

// Push takes a packet from the network.
func (b *Buffer) Push(p Packet) {
	if b.held == nil {
		b.held, b.depth = map[int64]Packet{}, MinDepth
	}
	at := b.next + int64(int16(p.Seq-uint16(b.next)))
	switch {
	case !b.begun || at > b.next+leap || at < b.next-leap:
		b.restart(p)
		return
	case at < b.next:
		b.counts.Late++
		b.grow()
		return
	}
	if _, ok := b.held[at]; ok {
		b.counts.Doubled++
		return
	}
	b.held[at] = p
	b.follow(p, at)
	for b.newest-b.next >= mostHeld {
		b.drop()
	}
}

func (b *Buffer) restart(p Packet) {
	clear(b.held)
	b.begun, b.flowing, b.dried = true, false, false
	b.next, b.newest = int64(p.Seq), int64(p.Seq)
	b.held[b.next] = p
	b.lastSeq, b.lastTS, b.step = p.Seq, p.TS, 0
	b.spare, b.since = mostHeld, 0
}

// follow learns the length of a packet, and whether a buffer that ran dry did
// so because the network was slow or because the speaker paused (DTX: the
// timestamp jumps, the sequence does not).
func (b *Buffer) follow(p Packet, at int64) {
	if at > b.newest {
		b.newest = at
	}
	gap := p.TS - b.lastTS
	next := p.Seq == b.lastSeq+1
	if next && (b.step == 0 || gap < b.step) {
		b.step = gap
	}
	if b.dried {
		b.dried = false
		if paused := next && gap > b.step; !paused {
			b.grow()
		}
	}
	if int16(p.Seq-b.lastSeq) > 0 {
		b.lastSeq, b.lastTS = p.Seq, p.TS
	}
}

func (b *Buffer) grow() {
	b.depth = min(b.depth+1, MaxDepth)
	b.spare, b.since = mostHeld, 0
}

func (b *Buffer) drop() {
	if _, ok := b.held[b.next]; ok {
		delete(b.held, b.next)
		b.counts.Skipped++
	}
	b.next++
}

// Next gives the packet whose turn it is.
func (b *Buffer) Next() (Packet, Verdict) {
	if len(b.held) == 0 {
		if b.flowing {
			b.flowing, b.dried = false, true
			b.counts.Dried++
		}
		return Packet{}, Dry
	}
	if !b.flowing && b.newest-b.next+1 < int64(b.depth) {
		return Packet{}, Dry
	}
	if !b.flowing {
		b.flowing = true
		for !b.has(b.next) {
			b.next++ // a gap before the first packet is no loss to be concealed
		}
	}
	p, ok := b.held[b.next]
	if !ok {
		b.next++
		b.counts.Lost++
		return Packet{}, Lost
	}
	delete(b.held, b.next)
	b.next++
	b.counts.Played++
	b.look()
	return p, Play
}

func (b *Buffer) has(at int64) bool {
	_, ok := b.held[at]
	return ok
}

// look shortens the wait when, for a whole review, more was held than needed:
// clocks drift, and a stall leaves its packets behind.
func (b *Buffer) look() {
	b.spare = min(b.spare, len(b.held))
	if b.since++; b.since < review {
		return
	}
	if b.spare >= b.depth {
		b.drop()
	} else if b.spare >= MinDepth && b.depth > MinDepth {
		b.depth--
	}
	b.spare, b.since = mostHeld, 0
}

// Depth is how many packets are gathered before playing.
func (b *Buffer) Depth() int { return max(b.depth, MinDepth) }

// Held is how many packets wait.
func (b *Buffer) Held() int { return len(b.held) }

// Counts gives the totals.
func (b *Buffer) Counts() Counts { return b.counts }

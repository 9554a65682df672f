package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"huying/hub/store/eventlog"
	"huying/internal/call"
	"huying/internal/site"
)

// batch is a number of saves folded into columns: the state after all of them,
// and whatever each of them adds.
type batch struct {
	press struct {
		kiosk             []string
		boot, seq         []int64
		callBoot, callSeq []int64
		key, purpose      []string
		pressedAt         []time.Time
		sig               [][]byte
	}
	calls []*call.Call // the last value of each, in order of first appearance
	call  struct {
		kiosk              []string
		boot, seq          []int64
		key, phase         []string
		openedAt, closedAt []*time.Time
		data               [][]byte
	}
	event struct {
		kiosk     []string
		boot, seq []int64
		digest    [][16]byte
		kind      []string
		site      []string
		data      [][]byte
	}
	out struct {
		site      []string
		n         []int64
		kiosk     []string
		boot, seq []int64
		kind      []string
		data      [][]byte
	}
	peers map[call.Site]*peerFold
}

// peerFold is what a batch says about one peer.
type peerFold struct {
	out  []site.OutRow // not acknowledged within the batch
	last uint64        // highest number made
	have uint64
	sent uint64
}

func fold(saves []site.Save) (*batch, error) {
	b := &batch{peers: map[call.Site]*peerFold{}}
	latest := map[call.ID]int{}
	for i := range saves {
		s := &saves[i]
		for _, p := range s.Presses {
			b.addPress(p)
		}
		for j := range s.Calls {
			c := &s.Calls[j]
			if at, ok := latest[c.ID]; ok {
				b.calls[at] = c
				continue
			}
			latest[c.ID] = len(b.calls)
			b.calls = append(b.calls, c)
		}
		for _, f := range s.Facts {
			if err := b.addEvent(f); err != nil {
				return nil, err
			}
		}
		b.foldPeers(s)
	}
	for _, c := range b.calls {
		if err := b.addCall(c); err != nil {
			return nil, err
		}
	}
	return b, b.addOut()
}

func (b *batch) addPress(p site.PressRow) {
	t := &b.press
	t.kiosk = append(t.kiosk, p.Press.Kiosk)
	t.boot, t.seq = append(t.boot, int64(p.Press.Boot)), append(t.seq, int64(p.Press.Seq))
	t.callBoot, t.callSeq = append(t.callBoot, int64(p.Call.Boot)), append(t.callSeq, int64(p.Call.Seq))
	t.key, t.purpose = append(t.key, text(string(p.Fact.Key))), append(t.purpose, text(string(p.Fact.Purpose)))
	t.pressedAt, t.sig = append(t.pressedAt, p.Fact.At), append(t.sig, p.Fact.Sig)
}

func (b *batch) addCall(c *call.Call) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("store: call %s: %w", c.ID, err)
	}
	t := &b.call
	t.kiosk = append(t.kiosk, c.ID.Kiosk)
	t.boot, t.seq = append(t.boot, int64(c.ID.Boot)), append(t.seq, int64(c.ID.Seq))
	t.key, t.phase = append(t.key, string(c.Key())), append(t.phase, string(c.Phase()))
	var opened, closed *time.Time
	if !c.At.IsZero() {
		opened = &c.At
	}
	if c.Phase() == call.Closed {
		closed = &c.Closing.At
	}
	t.openedAt, t.closedAt = append(t.openedAt, opened), append(t.closedAt, closed)
	t.data = append(t.data, eventlog.Storable(data))
	return nil
}

func (b *batch) addEvent(f site.FactRow) error {
	w, err := eventlog.Write(f.Fact)
	if err != nil {
		return fmt.Errorf("store: call %s: %w", f.Call, err)
	}
	t := &b.event
	t.kiosk = append(t.kiosk, f.Call.Kiosk)
	t.boot, t.seq = append(t.boot, int64(f.Call.Boot)), append(t.seq, int64(f.Call.Seq))
	t.digest, t.kind = append(t.digest, w.Digest), append(t.kind, w.Kind)
	t.site, t.data = append(t.site, text(string(f.From))), append(t.data, w.Data)
	return nil
}

func (b *batch) peer(p call.Site) *peerFold {
	f := b.peers[p]
	if f == nil {
		f = &peerFold{}
		b.peers[p] = f
	}
	return f
}

// foldPeers does to a batch what site.Image.Apply does to an image.
func (b *batch) foldPeers(s *site.Save) {
	for _, o := range s.Out {
		if f := b.peer(o.Peer); o.N > f.last {
			f.out, f.last = append(f.out, o), o.N
		}
	}
	for _, h := range s.Have {
		f := b.peer(h.Peer)
		f.have = max(f.have, h.N)
	}
	for _, m := range s.Sent {
		f := b.peer(m.Peer)
		f.sent = max(f.sent, m.N)
		f.out = slices.DeleteFunc(f.out, func(o site.OutRow) bool { return o.N <= m.N })
	}
}

func (b *batch) addOut() error {
	t := &b.out
	for _, p := range slices.Sorted(maps.Keys(b.peers)) {
		for _, o := range b.peers[p].out {
			w, err := eventlog.Write(o.Fact)
			if err != nil {
				return fmt.Errorf("store: fact %d for %s: %w", o.N, o.Peer, err)
			}
			t.site, t.n = append(t.site, text(string(o.Peer))), append(t.n, number(o.N))
			t.kiosk = append(t.kiosk, o.Call.Kiosk)
			t.boot, t.seq = append(t.boot, int64(o.Call.Boot)), append(t.seq, int64(o.Call.Seq))
			t.kind, t.data = append(t.kind, w.Kind), append(t.data, w.Data)
		}
	}
	return nil
}

// text is what PostgreSQL accepts as text; the frames' own checks let nothing
// else through, and no press may be lost if one of them is ever missing.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
}

// number keeps a count within a bigint.
func number(n uint64) int64 { return int64(min(n, math.MaxInt64-1)) }

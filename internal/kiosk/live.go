package kiosk

import (
	"slices"

	"huying/internal/call"
	"huying/internal/wire"
)

// Live lists what a compacted journal needs, in the order in which Replay must
// read it: a kiosk started from it behaves as one started from the whole
// journal. It holds at most maxEnded closings and the presses still kept.
func (k *Kiosk) Live() []Record {
	out := []Record{{Boot: &BootRecord{No: k.boot, NextSeq: k.nextSeq, Since: k.since}}}
	out = append(out, k.outlived()...)
	for _, e := range k.ended {
		out = append(out, Record{Ended: &e.rec})
	}
	for _, p := range k.presses {
		if !p.calls() || k.known(p.rec.Call) {
			out = append(out, Record{Pressed: &p.rec})
		}
	}
	if k.ep != nil && k.ep.c.Grant.Epoch != 0 {
		out = append(out, Record{Granted: &GrantedRecord{k.ep.c.ID, k.ep.c.Grant}})
	}
	for _, p := range k.presses {
		for _, s := range k.sites() {
			if d := p.sites[s]; d != nil && d.acked {
				out = append(out, Record{Acked: &AckedRecord{p.rec.Press, s}})
			}
		}
	}
	return slices.Clip(out)
}

// outlived are presses home still needs although the end of their call is no
// longer remembered. Alone they would open the call again, so a closing goes
// with each. It never leaves this journal: there are such presses only when
// maxEnded later closings follow, and those push it out of the memory again.
func (k *Kiosk) outlived() []Record {
	var out []Record
	for _, p := range k.presses {
		if !p.calls() || k.known(p.rec.Call) {
			continue
		}
		through := call.Closing{Through: p.rec.Press.Mark}
		out = append(out, Record{Pressed: &p.rec}, Record{Ended: &EndedRecord{Call: p.rec.Call, Closing: through}})
	}
	return out
}

// known reports whether id is the open call or one whose end is remembered.
func (k *Kiosk) known(id call.ID) bool {
	return k.ep != nil && k.ep.c.ID == id || k.endedCall(id) != nil
}

// Boot is the number of this start, as it stands in every press made since.
func (k *Kiosk) Boot() uint32 { return k.boot }

// Presses is how many presses this kiosk has made in all, over all boots.
func (k *Kiosk) Presses() int { return int(k.nextSeq) - 1 }

// Ledger is the kiosk's side of the count that home must come to as well.
func (k *Kiosk) Ledger() wire.Ledger {
	l := wire.Ledger{Since: k.since, Made: k.nextSeq - 1}
	for _, p := range k.presses {
		if d := p.sites[k.cfg.Home]; d != nil && d.acked {
			continue
		}
		l.Unacked++
		if len(l.Waiting) < wire.MaxWaiting {
			l.Waiting = append(l.Waiting, p.rec.Press.Seq)
		}
	}
	return l
}

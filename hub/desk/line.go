package desk

import (
	"log/slog"
	"runtime"
	"sync"
	"time"

	"huying/internal/call"
	"huying/internal/failpoint"
	"huying/internal/site"
	"huying/internal/wire"
)

// Conn is a socket to a kiosk or to another site. Write sends one text frame
// and must not wait longer than a deadline of its own; after an error the
// socket closes itself, and its reader tells the desk.
type Conn interface {
	Write(frame []byte) error
	Close(why string)
}

// line is the present connection of a kiosk or peer, with the frames that
// wait to be written. Frames are queued under the desk's lock and written
// outside it, in order, by whoever finds the line idle.
type line struct {
	conn Conn
	peer bool // to another site

	mu      sync.Mutex
	queue   [][]byte
	writing bool
}

// add queues a frame and reports whether the caller must flush.
func (l *line) add(b []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, b)
	return len(l.queue) == 1
}

func (l *line) flush() {
	l.mu.Lock()
	if l.writing {
		l.mu.Unlock()
		return
	}
	l.writing = true
	for len(l.queue) > 0 {
		batch := l.queue
		l.queue = nil
		l.mu.Unlock()
		for _, b := range batch {
			l.at(failpoint.HubSendBefore, failpoint.HubPeerSendBefore)
			if l.conn.Write(b) != nil {
				break
			}
			l.at(failpoint.HubSendAfter, failpoint.HubPeerSendAfter)
		}
		l.mu.Lock()
	}
	l.writing = false
	l.mu.Unlock()
}

func (l *line) at(kiosk, peer failpoint.Point) {
	if l.peer {
		kiosk = peer
	}
	failpoint.At(kiosk)
}

// KioskUp says that a kiosk proved itself on a new connection; an older one
// of the same kiosk is closed.
func (d *Desk) KioskUp(kiosk string, c Conn) {
	d.mu.Lock()
	old := d.kiosks[kiosk]
	d.kiosks[kiosk] = &line{conn: c}
	if old != nil {
		_ = d.stepLocked(site.KioskDown{Kiosk: kiosk})
	}
	_ = d.stepLocked(site.KioskUp{Kiosk: kiosk})
	d.release()
	if old != nil {
		old.conn.Close("replaced by a newer connection")
	}
}

// KioskDown says that a connection ended.
func (d *Desk) KioskDown(kiosk string, c Conn) {
	d.mu.Lock()
	if l := d.kiosks[kiosk]; l != nil && l.conn == c {
		delete(d.kiosks, kiosk)
		_ = d.stepLocked(site.KioskDown{Kiosk: kiosk})
	}
	d.release()
}

// FromKiosk takes a frame that came over c; one of a replaced connection is
// passed over.
func (d *Desk) FromKiosk(kiosk string, c Conn, f wire.Frame) {
	begin := time.Now()
	press, _ := f.(wire.Press)
	failpoint.At(failpoint.HubRingBefore)
	d.mu.Lock()
	fresh := false
	if l := d.kiosks[kiosk]; l != nil && l.conn == c {
		fresh = press.Key != "" && press.Purpose.Calls() && !d.s.Knows(press.Press)
		_ = d.stepLocked(site.FromKiosk{Kiosk: kiosk, Frame: f, At: time.Now()})
		d.lives.heard(kiosk, f)
	}
	d.release()
	failpoint.At(failpoint.HubRingAfter)
	switch f := f.(type) {
	case wire.Press:
		if fresh {
			d.rang(f, begin)
		}
	case wire.Health:
		if len(f.Faults) > 0 {
			d.log.Warn("kiosk reports faults", "kiosk", kiosk, "faults", f.Faults, "presses", f.Ledger.Made)
		}
	case wire.Refuse:
		d.log.Error("kiosk refused a frame of ours", "kiosk", kiosk, "code", f.Code, "frame", f.Frame, "field", f.Field, "what", f.Message)
	}
}

// rang measures and logs a press that was new; repeats are no presses.
func (d *Desk) rang(p wire.Press, begin time.Time) {
	// The pages' writers run now, on this thread, and not when another has
	// been woken for them; measuring and logging can wait.
	runtime.Gosched()
	d.cfg.Meter.Rang(time.Duration(p.AgeMS)*time.Millisecond + time.Since(begin))
	d.log.LogAttrs(d.ctx, slog.LevelInfo, "press", slog.String("call", p.Call.String()), slog.String("press", p.Press.String()),
		slog.String("kiosk", p.Press.Kiosk), slog.String("key", string(p.Key)), slog.Int64("age_ms", p.AgeMS))
}

// recorded notes a press that was not for help, once it is stored.
func (d *Desk) recorded(p site.PressRow) {
	d.log.Info("press recorded", "press", p.Press.String(), "kiosk", p.Press.Kiosk, "purpose", string(p.Fact.Purpose),
		"key", string(p.Fact.Key), "call", p.Call.String())
	d.lives.recorded(p)
	if p.Fact.Purpose == call.ForSelfTest {
		d.tryVoice(p.Press)
	}
}

// PeerUp, PeerDown and FromPeer are the same for another site.
func (d *Desk) PeerUp(peer call.Site, c Conn) {
	d.mu.Lock()
	old := d.peers[peer]
	d.peers[peer] = &line{conn: c, peer: true}
	if old != nil {
		_ = d.stepLocked(site.PeerDown{Site: peer})
	}
	_ = d.stepLocked(site.PeerUp{Site: peer})
	d.lives.peerUp(peer)
	d.release()
	if old != nil {
		old.conn.Close("replaced by a newer connection")
	}
}

// PeerDown says that a connection to another site ended.
func (d *Desk) PeerDown(peer call.Site, c Conn) {
	d.mu.Lock()
	if l := d.peers[peer]; l != nil && l.conn == c {
		delete(d.peers, peer)
		_ = d.stepLocked(site.PeerDown{Site: peer})
	}
	d.release()
}

// FromPeer takes a frame of another site.
func (d *Desk) FromPeer(peer call.Site, c Conn, f wire.Frame) {
	d.mu.Lock()
	if l := d.peers[peer]; l != nil && l.conn == c && !d.lives.fromPeer(peer, f) {
		_ = d.stepLocked(site.FromPeer{Site: peer, Frame: f})
	}
	d.release()
	if r, ok := f.(wire.Refuse); ok {
		d.log.Error("site refused a frame of ours", "site", peer, "code", r.Code, "frame", r.Frame, "field", r.Field, "what", r.Message)
	}
}

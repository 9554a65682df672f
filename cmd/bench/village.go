package main

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/journal"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// compactAt is the size at which a journal is compacted, octets.
const compactAt = 8 << 20

// village is one kiosk: the product's own core, frames and journal around a
// socket that is kept as lean as can be, because 450 of them share this
// process. Keys, the screen and the second line to a county are left out.
type village struct {
	enrolled
	began time.Time
	conn  *websocket.Conn
	fail  func(error)
	acked func(v *village, seq uint32, at time.Duration) // under the lock

	mu      sync.Mutex
	core    *kiosk.Kiosk
	journal *journal.Journal
	records []journal.Record // made in this step, for one append
	press   map[uint32]time.Duration
	signed  map[call.PressID][]byte // made beforehand
	next    uint32                  // number of the next press
	first   uint32                  // number of the first press of the call that rings
	rung    uint32                  // how many of its presses the page was told of
	again   bool                    // closed loop: each acknowledgement brings the next press
	idle    chan struct{}           // closed when the call has ended
}

func openVillage(addr, dir string, e enrolled, began time.Time, fail func(error)) (*village, error) {
	v := &village{enrolled: e, began: began, fail: fail, press: map[uint32]time.Duration{}, next: 1}
	var err error
	if v.journal, _, err = journal.Open(journal.Dir(filepath.Join(dir, e.id)), quiet); err != nil {
		return nil, err
	}
	core, effects := kiosk.New(kiosk.Config{ID: e.id, Home: township, Times: kiosk.DefaultTimes(), Sign: v.sign},
		kiosk.Replay(nil), v.mono())
	v.core = core
	if err := errors.Join(v.carry(effects), v.store()); err != nil {
		return nil, err
	}
	return v, v.connect(addr)
}

func (v *village) mono() call.Mono { return time.Since(v.began) }

// connect proves who the kiosk is and says HELLO.
func (v *village) connect(addr string) error {
	dialer := websocket.Dialer{HandshakeTimeout: 10 * time.Second, ReadBufferSize: 1024, WriteBufferSize: 1024}
	var err error
	if v.conn, _, err = dialer.Dial("ws://"+addr+"/kiosk?id="+v.id, nil); err != nil {
		return err
	}
	_, b, err := v.conn.ReadMessage()
	if err != nil {
		return err
	}
	f, err := wire.Decode(b)
	challenge, ok := f.(wire.Challenge)
	if err != nil || !ok {
		return errors.Join(fmt.Errorf("kiosk %s: no challenge", v.id), err)
	}
	effects := v.core.Step(v.mono(), kiosk.LinkUp{Site: township})
	for i, e := range effects {
		if s, ok := e.(kiosk.Send); ok {
			if h, ok := s.Frame.(wire.Hello); ok {
				h.Sig = ed25519.Sign(v.key, wire.HelloText(challenge.Nonce, v.id))
				effects[i] = kiosk.Send{Site: s.Site, Frame: h}
			}
		}
	}
	if err := errors.Join(v.carry(effects), v.store()); err != nil {
		return err
	}
	if _, b, err = v.conn.ReadMessage(); err != nil {
		return err
	}
	if f, err = wire.Decode(b); err != nil || f.Type() != wire.TWelcome {
		return errors.Join(fmt.Errorf("kiosk %s was not welcomed: %s", v.id, b), err)
	}
	go v.read()
	return nil
}

func (v *village) sign(press call.PressID, of call.ID, key call.Key, purpose call.Purpose) []byte {
	if sig, ok := v.signed[press]; ok {
		delete(v.signed, press)
		return sig
	}
	return ed25519.Sign(v.key, wire.PressText(press, of, key, purpose))
}

// signAhead makes the signatures of the next n presses, which all belong to
// the call that the first of them opens. In the field 450 kiosks sign on 450
// processors; here they would take the hub's.
func (v *village) signAhead(n int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.signed = make(map[call.PressID][]byte, n)
	of := call.PressID{Kiosk: v.id, Mark: call.Mark{Boot: v.core.Boot(), Seq: v.next}}
	for i := range uint32(n) {
		id := call.PressID{Kiosk: v.id, Mark: call.Mark{Boot: of.Boot, Seq: v.next + i}}
		v.signed[id] = ed25519.Sign(v.key, wire.PressText(id, of, call.Enquiry, call.ForHelp))
	}
}

// pressNow presses the green key and gives the press's number.
func (v *village) pressNow() (uint32, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	seq, err := v.pressLocked()
	return seq, errors.Join(err, v.store())
}

func (v *village) pressLocked() (uint32, error) {
	seq := v.next
	v.next++
	v.press[seq] = v.mono()
	return seq, v.carry(v.core.Step(v.mono(), kiosk.Press{Key: call.Enquiry, At: time.Now()}))
}

func (v *village) read() {
	for {
		_, b, err := v.conn.ReadMessage()
		if err != nil {
			v.fail(fmt.Errorf("kiosk %s: %w", v.id, err))
			return
		}
		f, err := wire.Decode(b)
		if err == nil {
			err = v.take(f)
		}
		if err != nil {
			v.fail(fmt.Errorf("kiosk %s: %w", v.id, err))
			return
		}
	}
}

func (v *village) take(f wire.Frame) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	at := v.mono()
	if r, ok := f.(wire.Refuse); ok {
		return fmt.Errorf("the hub refused %s: %s %s", r.Frame, r.Code, r.Message)
	}
	err := v.carry(v.core.Step(at, kiosk.Frame{Site: township, Frame: f}))
	if a, ok := f.(wire.PressAck); ok && err == nil {
		v.acked(v, a.Press.Seq, at)
		if v.again {
			_, err = v.pressLocked()
		}
	}
	if v.idle != nil && v.core.Open() == nil {
		close(v.idle)
		v.idle = nil
	}
	return errors.Join(err, v.store())
}

// carry sends at once and keeps the records for store: sending and journaling
// run in parallel in the product, and a press never waits for its journal.
func (v *village) carry(effects []kiosk.Effect) error {
	for _, e := range effects {
		switch e := e.(type) {
		case kiosk.Send:
			b, err := wire.Encode(e.Frame)
			if err != nil {
				return err
			}
			if err := v.conn.WriteMessage(websocket.TextMessage, b); err != nil {
				return err
			}
		case kiosk.Write:
			data, err := json.Marshal(e.Rec)
			if err != nil {
				return err
			}
			v.records = append(v.records, journal.Record{Kind: 1, Data: data})
			if err := v.carry(e.Then); err != nil {
				return err
			}
		}
	}
	return nil
}

// store appends the records of a step with one sync, as the terminal's writer
// does with whatever waits.
func (v *village) store() error {
	if len(v.records) == 0 {
		return nil
	}
	err := v.journal.Append(v.records...)
	v.records = v.records[:0]
	if err == nil && v.journal.Size() > compactAt {
		var live []journal.Record
		for _, r := range v.core.Live() {
			data, err := json.Marshal(r)
			if err != nil {
				return err
			}
			live = append(live, journal.Record{Kind: 1, Data: data})
		}
		err = v.journal.Compact(live)
	}
	return err
}

func (v *village) tick() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return errors.Join(v.carry(v.core.Step(v.mono(), kiosk.Tick{})), v.store())
}

// open gives the id of the call that is open here, and a channel that is
// closed when it has ended; false if there is none.
func (v *village) open() (id string, ended <-chan struct{}, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := v.core.Open()
	if c == nil {
		return "", nil, false
	}
	if v.idle == nil {
		v.idle = make(chan struct{})
	}
	return c.ID.String(), v.idle, true
}

func (v *village) close() {
	_ = v.conn.Close()
	v.mu.Lock()
	defer v.mu.Unlock()
	_ = v.journal.Close()
}

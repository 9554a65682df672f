package handover

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"

	"huying/firmware-bridge/input"
)

// maxTries is how many programs may die with a press in their hands before the
// next one leaves it alone: a press that kills would keep the kiosk dead. At a
// second for each start that is some ten seconds; and that so many programs are
// killed by something else, each within the milliseconds that a press needs to
// the journal, is out of the question.
const maxTries = 6

// Desk is the place of one line or device with its keeper. A nil Desk is one
// of a program without a keeper. The reader of the device alone uses it, except
// for the receipts of its presses.
type Desk struct {
	keeper *Keeper
	name   string
	left   []int // found at the start and not looked at yet
	offer  bool  // the keeper has our descriptors
	fresh  bool  // they were adopted, and Adopted was not asked yet

	mu      sync.Mutex // guards what follows
	mem     *memory
	used    int // octets of events since the state
	pressed int // presses told since the state
	open    int // of those, how many are not safe
	turns   int // how often a state was saved: receipts of earlier ones are void
}

// Desk gives the place of that name; nil where there is no keeper.
func (k *Keeper) Desk(name string) *Desk {
	if k == nil {
		return nil
	}
	return &Desk{keeper: k, name: name, left: k.take(name)}
}

// Adopt takes over the descriptor that an earlier program left, if usable says
// that it still is what is wanted. If it is not, or nothing was left, ok is
// false and the device is to be opened anew; nobody keeps it open then.
func (d *Desk) Adopt(usable func(fd int) error) (fd int, ok bool) {
	if d == nil || len(d.left) == 0 {
		return -1, false
	}
	fd, mem, err := d.sort()
	if err == nil {
		err = usable(fd)
	}
	if err != nil {
		if mem != nil {
			mem.release()
		}
		if fd >= 0 {
			_ = unix.Close(fd)
		}
		_ = d.keeper.drop(d.name) // it stays busy until the keeper is back: then it is asked for again
		return -1, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mem, d.offer, d.fresh = mem, true, true
	return fd, true
}

// sort tells the device from the memory among what was left.
func (d *Desk) sort() (fd int, mem *memory, err error) {
	fd, err = -1, nil
	left := d.left
	d.left = nil
	for _, f := range left {
		var st unix.Stat_t
		statErr := unix.Fstat(f, &st)
		switch {
		case statErr == nil && st.Mode&unix.S_IFMT == unix.S_IFREG && mem == nil:
			var bad error
			mem, bad = adoptMemory(f)
			err = errors.Join(err, bad)
		case fd < 0:
			fd = f
			err = errors.Join(err, statErr)
		default:
			err = errors.Join(err, errors.New("handover: more was left than one device has"), unix.Close(f))
		}
	}
	if fd < 0 || mem == nil {
		err = errors.Join(err, errors.New("handover: device or memory is missing"))
	}
	return fd, mem, err
}

// Offer leaves a descriptor, just opened, with the keeper. After an error the
// device is read as without a keeper.
func (d *Desk) Offer(fd int) error {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begin()
	if d.mem == nil {
		var err error
		if d.mem, err = newMemory(); err != nil {
			return err
		}
	}
	d.mem.clear()
	if err := d.keeper.keep(d.name, fd, d.mem.fd); err != nil {
		return err
	}
	d.offer = true
	return nil
}

// Drop gives up what is with the keeper: the device is gone.
func (d *Desk) Drop() {
	if d == nil || !d.offer {
		return
	}
	d.offer, d.fresh = false, false
	d.mu.Lock()
	d.begin()
	d.mu.Unlock()
	_ = d.keeper.drop(d.name) // what it still has is found dead at the next start
}

// begin forgets what was counted since the last state.
func (d *Desk) begin() { d.used, d.pressed, d.open, d.turns = 0, 0, 0, d.turns+1 }

// Kept says whether the device's descriptors are with a keeper. Only then may
// the methods below be called.
func (d *Desk) Kept() bool { return d != nil && d.offer }

// Adopted says, once, whether the device is one that Adopt took over.
func (d *Desk) Adopted() bool {
	if d == nil || !d.fresh {
		return false
	}
	d.fresh = false
	return true
}

// State is what Save left last, here or in an earlier program.
func (d *Desk) State() []byte { return d.mem.side(false).state() }

// Left calls take with each event, of so many octets, that an earlier program
// read since State. They stay.
func (d *Desk) Left(eventSize int, take func(event []byte)) {
	events := d.mem.side(false).events()
	for ; len(events) >= eventSize && !zero(events[:eventSize]); events = events[eventSize:] {
		d.mu.Lock()
		d.used += eventSize
		d.mu.Unlock()
		take(events[:eventSize])
	}
}

func zero(raw []byte) bool {
	for _, b := range raw {
		if b != 0 {
			return false
		}
	}
	return true
}

// Room is where up to most octets of the next events belong: less as the desk
// fills. It is there that they must be read to.
func (d *Desk) Room(most int) []byte {
	room := d.mem.side(false).events()[d.used:]
	return room[:min(most, len(room))]
}

// Landed says that so many octets of Room are events.
func (d *Desk) Landed(octets int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.used += octets
}

// Due says whether it is time to Save: nothing that was read must come again,
// or there is no room for more than a few events.
func (d *Desk) Due(few int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.used > 0 && d.open == 0 || len(d.mem.side(false).events())-d.used < few
}

// Save makes a state that of every event that was read. They are forgotten,
// and so are presses that are not safe yet.
func (d *Desk) Save(state []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mem.turn(state)
	d.begin()
}

// Pressed is called for each press, in order. It says what is to be told: the
// press with its receipt; or, if the press is safe already, nothing; or that it
// was lost, because program after program died of it.
func (d *Desk) Pressed(e input.Event) (tell input.Event, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.pressed
	d.pressed++
	slot := d.mem.side(false).slot(i)
	switch {
	case slot == nil:
		return e, true
	case slot[safeAt] != 0:
		return e, false
	case slot[triesAt] >= maxTries:
		slot[safeAt] = 1
		return input.Event{Key: e.Key, Kind: input.Overrun, At: e.At, N: 1}, true
	}
	d.open++
	e.Receipt = &receipt{desk: d, turn: d.turns, slot: slot}
	return e, true
}

// receipt is of one press. Its slot is true as long as its turn lasts.
type receipt struct {
	desk *Desk
	turn int
	slot []byte
}

// when does something with the slot if it is still that of this press.
func (r *receipt) when(do func(slot []byte)) {
	r.desk.mu.Lock()
	defer r.desk.mu.Unlock()
	if r.turn == r.desk.turns {
		do(r.slot)
	}
}

func (r *receipt) Begin() (note string) {
	r.when(func(slot []byte) {
		slot[triesAt]++
		note = string(slot[noteAt+1:][:min(int(slot[noteAt]), maxNote)])
	})
	return note
}

func (r *receipt) Mark(note string) {
	r.when(func(slot []byte) {
		slot[noteAt] = 0 // half a note is none
		if len(note) <= maxNote {
			copy(slot[noteAt+1:], note)
			slot[noteAt] = byte(len(note))
		}
	})
}

func (r *receipt) Safe() {
	r.when(func(slot []byte) {
		if slot[safeAt] == 0 {
			slot[safeAt] = 1
			r.desk.open--
		}
	})
}

package handover

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// How a desk lies in memory. There are two sides, each a state and what was
// read since; a word at the beginning says which is true. All of it is written
// by one store of one word, so that a program may be killed at any moment.
const (
	magic    = "huying desk 1\n" // another number for another layout
	bootAt   = 16
	bootLen  = 36 // of /proc/sys/kernel/random/boot_id
	whichAt  = 64
	sidesAt  = 4096
	stateLen = 512 // two octets say how much of it is used
	slotLen  = 64  // one press: safe, tries, length of the note, note
	slots    = 256
	eventsAt = stateLen + slots*slotLen
	sideLen  = 48 << 10 // 670 events of a GPIO line, whose buffer in the kernel has 1024
	deskLen  = sidesAt + 2*sideLen
	safeAt   = 0
	triesAt  = 1
	noteAt   = 2
	maxNote  = slotLen - noteAt - 1
)

// memory is a desk's, shared with whoever has its descriptor.
type memory struct {
	raw []byte
	fd  int
}

// newMemory makes an empty one.
func newMemory() (*memory, error) {
	fd, err := unix.MemfdCreate("huying-keys", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("handover: memory: %w", err)
	}
	if err := unix.Ftruncate(fd, deskLen); err != nil {
		return nil, errors.Join(fmt.Errorf("handover: memory: %w", err), unix.Close(fd))
	}
	return mapMemory(fd)
}

func mapMemory(fd int) (*memory, error) {
	raw, err := unix.Mmap(fd, 0, deskLen, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("handover: memory: %w", err), unix.Close(fd))
	}
	// A page that must be fetched first could fail in the very read during
	// which we are killed. Where the limit forbids it, that is all there is.
	_ = unix.Mlock(raw)
	return &memory{raw, fd}, nil
}

// adoptMemory takes over what an earlier program left. It is an error if it was
// laid out by another version or in another boot, whose times are not ours.
func adoptMemory(fd int) (*memory, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Size != deskLen {
		return nil, errors.Join(errors.New("handover: this is no desk"), err, unix.Close(fd))
	}
	m, err := mapMemory(fd)
	if err != nil {
		return nil, err
	}
	if string(m.raw[:len(magic)]) != magic || string(m.raw[bootAt:bootAt+bootLen]) != bootID() {
		m.release()
		return nil, errors.New("handover: the desk is of another version or another boot")
	}
	return m, nil
}

// bootID names the present boot of the kernel; it has bootLen octets.
func bootID() string {
	raw, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // without it all boots look alike
	return fmt.Sprintf("%-*.*s", bootLen, bootLen, strings.TrimSpace(string(raw)))
}

// clear makes the desk that of a device of which nothing is known.
func (m *memory) clear() {
	clear(m.raw)
	copy(m.raw[bootAt:], bootID())
	copy(m.raw, magic)
}

func (m *memory) release() {
	_ = unix.Munmap(m.raw)
	_ = unix.Close(m.fd)
}

func (m *memory) which() *uint32 { return (*uint32)(unsafe.Pointer(&m.raw[whichAt])) }

// side is the one that is true, or the other.
func (m *memory) side(other bool) side {
	i := int(atomic.LoadUint32(m.which()) & 1)
	if other {
		i = 1 - i
	}
	return side(m.raw[sidesAt+i*sideLen:][:sideLen])
}

// turn makes a state the true one, with nothing read since.
func (m *memory) turn(state []byte) {
	s := m.side(true)
	clear(s)
	binary.NativeEndian.PutUint16(s, uint16(copy(s[2:stateLen], state)))
	atomic.AddUint32(m.which(), 1)
}

// side is a state, what became of the presses since, and what was read since.
type side []byte

func (s side) state() []byte {
	return s[2 : 2+min(int(binary.NativeEndian.Uint16(s)), stateLen-2)]
}

func (s side) events() []byte { return s[eventsAt:] }

// slot is what became of press i since the state; nil for more than can be kept.
func (s side) slot(i int) []byte {
	if i >= slots {
		return nil
	}
	return s[stateLen+i*slotLen:][:slotLen]
}

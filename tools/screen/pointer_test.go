package screen

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// cursors is what the unit sets so that no pointer is ever drawn.
func (w *wall) cursors() []string {
	w.t.Helper()
	to := filepath.Join(w.dir, "cursors")
	if _, err := os.Stat(to); err != nil {
		must(w.t, os.CopyFS(to, os.DirFS(filepath.Join(tree(w.t), "deploy/packages/terminal/cursors"))))
	}
	return []string{"XCURSOR_PATH=" + to, "XCURSOR_THEME=default"}
}

// mouse is a pointing device on the monitor's seat, over Wayland's own wire
// (https://wayland.freedesktop.org/docs/html/ch04.html, wlr-virtual-pointer-unstable-v1).
type mouse struct {
	conn net.Conn
	w, h uint32
}

// Objects of the connection, as the client numbers them.
const (
	display = iota + 1
	registry
	synced
	manager
	pointer
)

// plug connects a mouse.
func (w *wall) plug() *mouse {
	w.t.Helper()
	conn, err := net.Dial("unix", filepath.Join(w.runtime, glass))
	must(w.t, err)
	w.t.Cleanup(func() { _ = conn.Close() })
	must(w.t, conn.SetDeadline(time.Now().Add(patience)))
	m := &mouse{conn, uint32(w.width), uint32(w.height)}
	m.say(display, 1, u32(registry)) // get_registry
	m.say(display, 0, u32(synced))   // sync
	name, version, err := m.find("zwlr_virtual_pointer_manager_v1")
	must(w.t, err)
	m.say(registry, 0, u32(name), text("zwlr_virtual_pointer_manager_v1"), u32(version), u32(manager)) // bind
	m.say(manager, 0, u32(0), u32(pointer))                                                            // create_virtual_pointer
	return m
}

// move puts the pointer somewhere and, for a moment, somewhere beside it, for
// a pointer shows itself when it moves.
func (m *mouse) move(x, y int) {
	for i := range 5 {
		m.say(pointer, 1, u32(uint32(i)), u32(uint32(x+i-4)), u32(uint32(y)), u32(m.w), u32(m.h)) // motion_absolute
		m.say(pointer, 4)                                                                         // frame
	}
}

func u32(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

// text is a string with its length and its padding.
func text(s string) []byte {
	out := append(u32(uint32(len(s)+1)), s...)
	return append(out, make([]byte, 4-len(s)%4)...)
}

func (m *mouse) say(object uint32, request uint32, args ...[]byte) {
	var body []byte
	for _, a := range args {
		body = append(body, a...)
	}
	head := append(u32(object), u32(uint32(8+len(body))<<16|request)...)
	_, _ = m.conn.Write(append(head, body...))
}

// find reads what the compositor offers up to the answer to sync.
func (m *mouse) find(want string) (name, version uint32, err error) {
	for {
		head := make([]byte, 8)
		if err := m.read(head); err != nil {
			return 0, 0, err
		}
		object, word := binary.NativeEndian.Uint32(head), binary.NativeEndian.Uint32(head[4:])
		body := make([]byte, word>>16-8)
		if err := m.read(body); err != nil {
			return 0, 0, err
		}
		switch {
		case object == synced:
			if name == 0 {
				return 0, 0, errors.New("the monitor has no " + want)
			}
			return name, version, nil
		case object == registry && word&0xffff == 0: // global
			n := binary.NativeEndian.Uint32(body[4:])
			if string(body[8:8+n-1]) == want {
				name, version = binary.NativeEndian.Uint32(body), 1
			}
		case object == display && word&0xffff == 0:
			return 0, 0, fmt.Errorf("the monitor refuses: %q", body)
		}
	}
}

func (m *mouse) read(into []byte) error {
	for len(into) > 0 {
		n, err := m.conn.Read(into)
		if err != nil {
			return err
		}
		into = into[n:]
	}
	return nil
}

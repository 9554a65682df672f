package gpioline

import (
	"errors"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// Faults of the wires of a key with a resting contact.
var (
	ErrCut   = errors.New("gpioline: neither contact of the key is closed: a wire is cut or a plug is out")
	ErrShort = errors.New("gpioline: both contacts of the key are closed: a short circuit or a burnt contact")
)

// restLine is the line of a key's resting contact. It is only looked at, each
// second, so it needs neither edges nor debouncing; and it is asked for anew
// as often as it fails, for the key must work without it.
type restLine struct {
	key KeyLine
	fd  int // -1 while the line is not ours
}

// closed says whether the key is seen at rest.
func (r *restLine) closed() (bool, error) {
	if r.fd < 0 {
		fd, _, err := ask(r.key.Rest, func(offset int) uapi.LineRequest {
			request := lineRequest(offset)
			request.Config.Flags = uapi.LineFlagV2Input | bias(r.key.Pull)
			if r.key.ActiveLow {
				request.Config.Flags |= uapi.LineFlagV2ActiveLow
			}
			return request
		})
		if err != nil {
			return false, err
		}
		r.fd = fd
	}
	closed, err := kernelLevel(r.fd)
	if err != nil {
		r.release()
	}
	return closed, err
}

func (r *restLine) release() {
	if r.fd >= 0 {
		_ = unix.Close(r.fd) // nothing was written to it
		r.fd = -1
	}
}

package gpioline

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"huying/firmware-bridge/handover"
)

// keptPrefix begins the names of our lines with a keeper.
const keptPrefix = "huying-gpio-"

// keptAs names a key's line with a keeper. All that is asked of the kernel is
// in the name: what was asked differently is not found.
func (l KeyLine) keptAs() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d %t %d %d", l.Line.Chip, l.Line.Name, l.Pull, l.ActiveLow, Debounce, EventBuffer))
	return fmt.Sprintf("%s%s-%x", keptPrefix, l.Key, sum[:8])
}

// request is what a key asks of the kernel for its line.
func (l KeyLine) request(offset int) uapi.LineRequest {
	return inputRequest(offset, l.Pull, l.ActiveLow, Debounce)
}

func openKey(l KeyLine, wake int) (*fdSource, error) {
	fd, _, err := ask(l.Line, l.request)
	if err != nil {
		return nil, err
	}
	return newFdSource(fd, wake, kernelLevel), nil
}

// openKept takes over the line that an earlier program left, or requests it
// and leaves it for the next.
func openKept(desk *handover.Desk, l KeyLine, wake int) (source, error) {
	fd, ok := desk.Adopt(l.still)
	if ok {
		src := newFdSource(fd, wake, kernelLevel)
		src.Desk = desk
		return src, nil
	}
	src, err := openKey(l, wake)
	if err != nil {
		return nil, err
	}
	if desk.Offer(src.FD) == nil { // if not, it is read as without a keeper
		src.Desk = desk
	}
	return src, nil
}

// still says whether a descriptor is this line, requested as we would, on a
// chip that is there.
func (l KeyLine) still(fd int) error {
	if what, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd)); err != nil || what != "anon_inode:gpio-line" {
		return errors.Join(fmt.Errorf("gpioline: %q is no line", what), err)
	}
	if _, err := kernelLevel(fd); err != nil {
		return err // its chip is gone
	}
	path, offset, err := choose(scan(), l.Line)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("gpioline: %w", err)
	}
	defer f.Close()
	info, err := uapi.GetLineInfoV2(f.Fd(), offset)
	if err != nil {
		return fmt.Errorf("gpioline: %s: %w", l.Line, err)
	}
	want := l.request(offset)
	if got := info.Flags &^ uapi.LineFlagV2Used; info.Flags == got || got != want.Config.Flags || uapi.BytesToString(info.Consumer[:]) != consumer {
		return fmt.Errorf("gpioline: %s is requested differently: flags %#x, wanted %#x", l.Line, info.Flags, want.Config.Flags)
	}
	return unix.SetNonblock(fd, true)
}

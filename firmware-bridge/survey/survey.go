package survey

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Root is where the kernel shows its devices.
type Root struct{ Dev, Sys string }

// System is the running machine.
func System() Root { return Root{Dev: "/dev", Sys: "/sys"} }

// DeniedError says that a device may not be used by this user; members of
// Group may.
type DeniedError struct {
	Path  string
	Group string // empty where only root may
}

func (e *DeniedError) Error() string {
	if e.Group == "" {
		return fmt.Sprintf("survey: only root may use %s", e.Path)
	}
	return fmt.Sprintf("survey: only members of group %s may use %s", e.Group, e.Path)
}

// access tells whether a device may be read and written, without opening it.
func access(path string) error {
	err := unix.Access(path, unix.R_OK|unix.W_OK)
	if err == nil {
		return nil
	}
	return denied(path, &os.PathError{Op: "access", Path: path, Err: err})
}

// denied turns a refusal of the kernel into a DeniedError; other errors stay.
func denied(path string, err error) error {
	if !errors.Is(err, os.ErrPermission) {
		return err
	}
	d := &DeniedError{Path: path}
	info, statErr := os.Stat(path)
	if statErr != nil || info.Mode().Perm()&0o060 == 0 {
		return d
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Gid != 0 {
		d.Group = strconv.Itoa(int(st.Gid))
		if g, err := user.LookupGroupId(d.Group); err == nil {
			d.Group = g.Name
		}
	}
	return d
}

// links gives for each device its names in folders of udev's, which stay the
// same when the device is plugged in again; the best come first.
func links(folders ...string) map[string][]string {
	out := map[string][]string{}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // no such device is plugged in
		}
		for _, e := range entries {
			link := filepath.Join(folder, e.Name())
			if real, err := filepath.EvalSymlinks(link); err == nil {
				out[real] = append(out[real], link)
			}
		}
	}
	return out
}

// word reads a file of one line; empty if it is not there.
func word(path ...string) string {
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

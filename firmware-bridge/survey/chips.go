package survey

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"

	"huying/firmware-bridge/gpioline"
)

// Chip is a GPIO chip.
type Chip struct {
	Path  string // /dev/gpiochip0
	Label string // the name to write into settings
	Lines []Line
	Err   error // as of Port
}

// Line is one line of a chip.
type Line struct {
	Offset   int
	Name     string // empty where the board's maker gave none
	Consumer string // who uses it, as far as the kernel says
	Used     bool
	Output   bool
}

// Called is what the settings call the line: its name, or its place.
func (l Line) Called() string {
	if l.Name != "" {
		return l.Name
	}
	return gpioline.Place(l.Offset)
}

// Named reports whether the maker gave any line of the chip a name. Chips that
// name some hide the others on purpose: they lead nowhere.
func (c Chip) Named() bool {
	return slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Name != "" })
}

// Free reports whether a key can be wired to the line and watched now.
func (l Line) Free() bool { return !l.Used && !l.Output }

// Chips lists the GPIO chips of a machine, those that cannot be opened too.
func Chips(root Root) []Chip {
	paths, err := filepath.Glob(filepath.Join(root.Dev, "gpiochip*"))
	if err != nil {
		return nil
	}
	var out []Chip
	for _, path := range paths {
		c, err := readChip(path)
		c.Path, c.Err = path, err
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Chip) int { return len(b.Lines) - len(a.Lines) }) // the board's own first
	return out
}

func readChip(path string) (Chip, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return Chip{}, denied(path, err)
	}
	defer f.Close()
	info, err := uapi.GetChipInfo(f.Fd())
	if err != nil {
		return Chip{}, &os.PathError{Op: "read", Path: path, Err: err}
	}
	c := Chip{Label: uapi.BytesToString(info.Label[:])}
	for offset := range int(info.Lines) {
		li, err := uapi.GetLineInfoV2(f.Fd(), offset)
		if err != nil {
			return c, &os.PathError{Op: "read", Path: path, Err: err}
		}
		c.Lines = append(c.Lines, Line{
			Offset: offset, Name: uapi.BytesToString(li.Name[:]), Consumer: uapi.BytesToString(li.Consumer[:]),
			Used: li.Flags.IsUsed(), Output: li.Flags.IsOutput(),
		})
	}
	return c, nil
}

package gpioline

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/warthog618/go-gpiocdev/uapi"
	"golang.org/x/sys/unix"
)

// Line names a GPIO line by what is printed on the board. The number of a
// gpiochip depends on the order in which drivers load and is never used.
type Line struct {
	Chip string // the chip's label, as gpiodetect shows it, such as "pinctrl-bcm2711"
	// Name is the line's name, as gpioinfo shows it, such as "GPIO17". Where a
	// board names none, it is its place in the chip, such as "#17": that is the
	// chip's own wiring and does not change either.
	Name string
}

// String renders chip:line.
func (l Line) String() string { return l.Chip + ":" + l.Name }

// Validate reports an incomplete name.
func (l Line) Validate() error {
	if l.Chip == "" || l.Name == "" {
		return fmt.Errorf("gpioline: line %q needs both a chip label and a line name", l)
	}
	return nil
}

// Errors of looking for a line. They are wrapped with what was looked for.
var (
	ErrNoChip    = errors.New("no GPIO chip has this label")
	ErrNoLine    = errors.New("the chip has no line of this name")
	ErrAmbiguous = errors.New("more than one line answers to this name")
)

// chip is one character device as found.
type chip struct {
	path  string
	label string
	lines []string // names by offset
}

// choose finds a line among chips. Two chips of one label are fine as long as
// only one of them has the line.
func choose(chips []chip, want Line) (path string, offset int, err error) {
	labelled, found := 0, 0
	for _, c := range chips {
		if c.label != want.Chip {
			continue
		}
		labelled++
		for i, name := range c.lines {
			if name == want.Name || name == "" && want.Name == Place(i) {
				path, offset = c.path, i
				found++
			}
		}
	}
	switch {
	case labelled == 0:
		return "", 0, fmt.Errorf("gpioline: %s: %w (%s)", want, ErrNoChip, labels(chips))
	case found == 0:
		return "", 0, fmt.Errorf("gpioline: %s: %w", want, ErrNoLine)
	case found > 1:
		return "", 0, fmt.Errorf("gpioline: %s: %w", want, ErrAmbiguous)
	}
	return path, offset, nil
}

// Place names a line that has no name by its offset in the chip.
func Place(offset int) string { return "#" + strconv.Itoa(offset) }

func labels(chips []chip) string {
	if len(chips) == 0 {
		return "there is no chip at all"
	}
	var all []string
	for _, c := range chips {
		all = append(all, c.label)
	}
	return "there are " + strings.Join(all, ", ")
}

// scan reads labels and line names of every chip of this machine. A chip that
// cannot be read is left out: it may be on its way in or out.
func scan() []chip {
	paths, _ := filepath.Glob("/dev/gpiochip*") // the pattern is well formed
	var chips []chip
	for _, path := range paths {
		if c, err := readChip(path); err == nil {
			chips = append(chips, c)
		}
	}
	return chips
}

func readChip(path string) (chip, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return chip{}, err
	}
	defer f.Close()
	info, err := uapi.GetChipInfo(f.Fd())
	if err != nil {
		return chip{}, err
	}
	c := chip{path: path, label: uapi.BytesToString(info.Label[:])}
	for offset := range int(info.Lines) {
		li, err := uapi.GetLineInfoV2(f.Fd(), offset)
		if err != nil {
			return chip{}, err
		}
		c.lines = append(c.lines, uapi.BytesToString(li.Name[:]))
	}
	return c, nil
}

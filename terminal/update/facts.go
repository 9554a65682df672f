package update

import (
	"slices"
	"strings"
	"time"
)

// Facts are how a program fares: what it says of itself to root, and what it
// noted of itself before it handed over.
type Facts struct {
	ID      string        `json:"id,omitempty"`
	Version string        `json:"version,omitempty"`
	PID     int           `json:"pid,omitempty"`
	Lived   time.Duration `json:"lived,omitempty"`  // since its start
	Home    bool          `json:"home,omitempty"`   // the home hub took it in since its start
	Faults  []string      `json:"faults,omitempty"` // of its own parts, see Own
}

// own are the faults, by how their codes begin, that say something about a
// program on its machine: whether it can read its keys, store presses, light
// lamps and speak. Lines, the hub's doings and the screen, which takes minutes
// to start, are not among them; nor is a slow disk, which is no program's doing.
var own = []string{"journal_failed", "journal_damaged", "key_unreadable", "lamp_failed", "sound_card"}

// Own picks the faults that a trial looks at.
func Own(codes []string) []string {
	var out []string
	for _, c := range codes {
		if slices.ContainsFunc(own, func(o string) bool { return c == o || strings.HasPrefix(c, o+":") }) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// Settle is how long a new program must have lived, so that one that dies soon
// after its start is not believed; a shorter trial asks for a quarter of itself.
const Settle = 20 * time.Second

// Judge says what is missing before a new program is believed; empty: nothing.
// Everything but the line is a matter of the machine alone; the line must come
// up again only if it was up for the program before, so that a line that is
// dead rolls no good release back.
func Judge(before, now Facts, settle time.Duration) string {
	var fresh []string
	for _, f := range now.Faults {
		if !slices.Contains(before.Faults, f) {
			fresh = append(fresh, f)
		}
	}
	switch {
	case now.ID != before.ID:
		return "新程序没有报告自己的状况"
	case len(fresh) > 0:
		return "新程序有原来没有的故障：" + strings.Join(fresh, "、")
	case before.Home && !now.Home:
		return "新程序连不上本乡镇的中心，原来的连得上"
	case now.Lived < settle:
		return "新程序运行的时间还不够长"
	}
	return ""
}

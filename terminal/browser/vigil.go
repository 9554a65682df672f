package browser

import "time"

// heard is what the terminal said when it was asked for its page.
type heard struct {
	answered bool
	spoke    bool          // a page has spoken to this terminal
	quiet    time.Duration // how long ago
}

// vigil watches one browser with one page. It knows no clock.
type vigil struct {
	times Times
	began time.Time // start of the browser
	mute  time.Time // since when a terminal that answers has heard nothing of this page
	born  bool      // the page has spoken once
}

func newVigil(times Times, began time.Time) *vigil {
	return &vigil{times: times, began: began, mute: began}
}

// judge says why the page counts as dead; empty: it does not. A terminal that
// does not answer says nothing about the page, and one that has just come back
// has not heard it yet.
func (v *vigil) judge(now time.Time, h heard) string {
	ours := h.answered && h.spoke && h.quiet < now.Sub(v.began)
	switch {
	case !h.answered:
		v.mute = now
	case ours:
		v.mute, v.born = now, true
		if h.quiet >= v.times.Quiet {
			return "the page fell silent"
		}
	case now.Sub(v.mute) >= v.times.Born:
		return "the page never came"
	}
	return ""
}

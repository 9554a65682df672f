package call

import (
	"bytes"
	"cmp"
	"strings"
)

// Registers that merge need a total order: without the last comparisons two
// sites that heard the same facts in another order would keep different ones
// for ever (invariant I4).

func (m Mark) compare(o Mark) int {
	return cmp.Or(cmp.Compare(m.Boot, o.Boot), cmp.Compare(m.Seq, o.Seq))
}

func (p Person) compare(o Person) int {
	return cmp.Or(strings.Compare(p.ID, o.ID), strings.Compare(p.Name, o.Name), strings.Compare(p.Post, o.Post))
}

// newer reports whether g says more than o of the same call: the higher
// epoch, then the one that ended, then the one that knows more. What follows
// never differs as long as one kiosk writes the register.
func (g Grant) newer(o Grant) bool {
	if g.Epoch != o.Epoch {
		return g.Epoch > o.Epoch
	}
	if g.Live != o.Live {
		return o.Live
	}
	return cmp.Or(
		g.Through.compare(o.Through),
		g.Spoke.compare(o.Spoke),
		strings.Compare(string(g.Ending), string(o.Ending)),
		strings.Compare(string(g.Site), string(o.Site)),
		g.Person.compare(o.Person),
	) > 0
}

// newer orders records of attendance: the one after the later press, then the
// earlier, then the one that says more.
func (a Attended) newer(o Attended) bool {
	return cmp.Or(
		a.Through.compare(o.Through),
		o.At.Compare(a.At),
		strings.Compare(string(o.Site), string(a.Site)),
		cmp.Compare(len(a.Note), len(o.Note)),
		strings.Compare(a.Note, o.Note),
		strings.Compare(a.Who, o.Who),
		a.By.compare(o.By),
	) > 0
}

// newer: the later press; one mark is one press.
func (f Rated) newer(o Rated) bool {
	return cmp.Or(f.Mark.compare(o.Mark), strings.Compare(string(f.Key), string(o.Key)), o.At.Compare(f.At), bytes.Compare(f.Sig, o.Sig)) > 0
}

// newer orders closings so that all sites keep the same one: the one that
// covers more, then the earlier, then by site and person, then the one that
// says more: a kiosk that vouches for a closing leaves the note out.
func (c Closing) newer(o Closing) bool {
	return cmp.Or(
		c.Through.compare(o.Through),
		o.At.Compare(c.At),
		strings.Compare(string(o.Site), string(c.Site)),
		o.Person.compare(c.Person),
		strings.Compare(o.Disposition, c.Disposition),
		cmp.Compare(len(c.Note), len(o.Note)),
		strings.Compare(c.Note, o.Note),
	) > 0
}

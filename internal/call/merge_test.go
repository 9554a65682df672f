package call

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// I4: duplicating, reordering or replaying facts changes nothing.
func TestMergingInAnyOrderGivesOneCall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(drawFact(), 1, 14).Draw(t, "facts")
		again := rapid.SliceOfN(rapid.SampledFrom(facts), 0, 6).Draw(t, "repeats")
		other := rapid.Permutation(append(slices.Clone(facts), again...)).Draw(t, "order")

		a, b := New(theCall), New(theCall)
		for _, f := range facts {
			a.Merge(f)
		}
		for _, f := range other {
			b.Merge(f)
		}
		if x, y := merged(t, a), merged(t, b); x != y || a.Phase() != b.Phase() {
			t.Fatalf("one order %s: %s\nthe other %s: %s", a.Phase(), x, b.Phase(), y)
		}
	})
}

// A fact that is no news must say so: sites forward what is news, and would
// tell each other the same for ever.
func TestMergeReportsNewsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(theCall)
		for _, f := range rapid.SliceOfN(drawFact(), 1, 14).Draw(t, "facts") {
			before := merged(t, c)
			news := c.Merge(f)
			after := merged(t, c)
			if news != (before != after) {
				t.Fatalf("%T %+v: news %v, but the call was\n%s and is\n%s", f, f, news, before, after)
			}
			if c.Merge(f) {
				t.Fatalf("%T %+v is news twice", f, f)
			}
		}
	})
}

// Two sites that forward each other what is news know the same in the end,
// and stop talking.
func TestTwoSitesAgreeAndFallSilent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sites [2]Call
		var lines [2][]Fact // facts under way to a site
		sites[0], sites[1] = New(theCall), New(theCall)
		for _, f := range rapid.SliceOfN(drawFact(), 1, 14).Draw(t, "facts") {
			i := rapid.IntRange(0, 1).Draw(t, "seen by")
			if sites[i].Merge(f) {
				lines[1-i] = append(lines[1-i], f)
			}
		}
		for n := 0; len(lines[0])+len(lines[1]) > 0; n++ {
			if n > 200 {
				t.Fatal("two sites never stop telling each other news")
			}
			i := rapid.IntRange(0, 1).Draw(t, "line")
			if len(lines[i]) == 0 {
				i = 1 - i
			}
			f := lines[i][0]
			lines[i] = lines[i][1:]
			if sites[i].Merge(f) {
				lines[1-i] = append(lines[1-i], f)
			}
		}
		if x, y := merged(t, sites[0]), merged(t, sites[1]); x != y {
			t.Fatalf("one site knows %s\nthe other %s", x, y)
		}
	})
}

func TestMergeNeverWritesToACopy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(theCall)
		for _, f := range rapid.SliceOfN(drawFact(), 1, 14).Draw(t, "facts") {
			old := c
			before := merged(t, old)
			c.Merge(f)
			if after := merged(t, old); after != before {
				t.Fatalf("merging %T %+v changed a copy from %s to %s", f, f, before, after)
			}
		}
	})
}

// Speech counts by whichever fact tells of it, also under a grant that was
// overtaken by a later one.
func TestSpeechIsLearnedFromTheRegisterToo(t *testing.T) {
	ended := Grant{Epoch: 1, Site: here, Person: li, Ending: HungUp, Spoke: Mark{1, 1}, Through: Mark{1, 1}}
	next := Grant{Epoch: 2, Site: there, Person: wang, Live: true}
	for _, order := range [][]Fact{{ended}, {ended, next}, {next, ended}, {Spoke{Epoch: 1, Through: Mark{1, 1}}}} {
		c := New(theCall)
		c.Merge(Pressed{Mark: Mark{1, 1}, Key: Urgent, At: noon})
		for _, f := range order {
			c.Merge(f)
		}
		if !c.Satisfied() {
			t.Errorf("after %+v the speech is not known", order)
		}
	}
}

// Of two that cover the same press the earlier stays; of two that cover
// another the one that covers more.
func TestTheEarlierOfTwoStays(t *testing.T) {
	at := func(minute int, through uint32) (Attended, Closing) {
		when, m := noon.Add(time.Duration(minute)*time.Minute), Mark{1, through}
		return Attended{Who: "村医", By: li, At: when, Through: m}, Closing{Person: li, Site: here, Disposition: "solved", At: when, Through: m}
	}
	a1, c1 := at(1, 1)
	a2, c2 := at(2, 1)
	a3, c3 := at(3, 2)
	if a2.newer(a1) || !a1.newer(a2) || c2.newer(c1) || !c1.newer(c2) {
		t.Error("the later of two stays")
	}
	if !a3.newer(a1) || a1.newer(a3) || !c3.newer(c1) || c1.newer(c3) {
		t.Error("the one that covers less stays")
	}
	noted := c1
	noted.Note = "已上门"
	if !noted.newer(c1) || c1.newer(noted) {
		t.Error("the one without the note stays")
	}
}

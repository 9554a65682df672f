package key_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huying/firmware-bridge/input"
	"huying/firmware-bridge/key"
)

const ms = time.Millisecond

// edge is a level from a time on.
type edge struct {
	active bool
	at     time.Duration
}

// play steps a key through edges, in any granularity of calls, and then lets
// an hour pass.
func play(c key.Config, edges []edge) []key.Change {
	var s key.State
	var all, out []key.Change
	last := time.Duration(0)
	for _, e := range edges {
		s, out = key.Step(c, s, e.active, e.at)
		all = append(all, out...)
		last = e.at
	}
	_, out = key.Advance(c, s, last+time.Hour)
	return append(all, out...)
}

func TestKeyByTable(t *testing.T) {
	type want = []key.Change
	for name, c := range map[string]struct {
		conf  key.Config
		edges []edge
		want  want
	}{
		"first debounced edge is the press": {key.Debounced(),
			[]edge{{true, 7 * ms}, {false, 100 * ms}},
			want{{input.Press, 7 * ms}, {input.Release, 130 * ms}}},
		"raw line settles first": {key.Raw(),
			[]edge{{true, 0}, {false, 1 * ms}, {true, 2 * ms}, {false, 100 * ms}},
			want{{input.Press, 7 * ms}, {input.Release, 130 * ms}}},
		"spike shorter than debounce": {key.Raw(),
			[]edge{{true, 10 * ms}, {false, 15*ms - 1}}, nil},
		"break of just under the release time": {key.Debounced(),
			[]edge{{true, 0}, {false, 50 * ms}, {true, 80*ms - 1}, {false, 200 * ms}},
			want{{input.Press, 0}, {input.Release, 230 * ms}}},
		"break of the release time": {key.Debounced(),
			[]edge{{true, 0}, {false, 50 * ms}, {true, 80 * ms}, {false, 200 * ms}},
			want{{input.Press, 0}, {input.Release, 80 * ms}, {input.Press, 80 * ms}, {input.Release, 230 * ms}}},
		"stuck, then let go": {key.Debounced(),
			[]edge{{true, 0}, {false, 12 * time.Second}},
			want{{input.Press, 0}, {input.Stuck, 10 * time.Second},
				{input.Unstuck, 12*time.Second + 30*ms}, {input.Release, 12*time.Second + 30*ms}}},
		"held for ever": {key.Debounced(), []edge{{true, 5 * ms}},
			want{{input.Press, 5 * ms}, {input.Stuck, 5*ms + 10*time.Second}}},
		"let go just before stuck": {key.Debounced(),
			[]edge{{true, 0}, {false, 10*time.Second - 1}},
			want{{input.Press, 0}, {input.Release, 10*time.Second - 1 + 30*ms}}},
		"bounce across the stuck time": {key.Debounced(),
			[]edge{{true, 0}, {false, 9990 * ms}, {true, 10010 * ms}, {false, 11 * time.Second}},
			want{{input.Press, 0}, {input.Stuck, 10010 * ms},
				{input.Unstuck, 11030 * ms}, {input.Release, 11030 * ms}}},
		"time that goes back counts as no time": {key.Debounced(),
			[]edge{{true, 100 * ms}, {false, 50 * ms}, {true, 60 * ms}, {false, 200 * ms}},
			want{{input.Press, 100 * ms}, {input.Release, 230 * ms}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := play(c.conf, c.edges); !slices.Equal(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}

// TestKeyIsPressedOncePerHand draws presses with bounces at both ends, spikes
// between them and calls that come late, and knows from the drawing what must
// come out.
func TestKeyIsPressedOncePerHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Duration(0)
		var edges []edge
		var want []key.Change
		chatter := func(n int, to bool) { // n breaks, each shorter than settle; ends at level to
			for range n {
				edges = append(edges, edge{to, at})
				at += draw(t, 1, 4*ms)
				edges = append(edges, edge{!to, at})
				at += draw(t, 1, 4*ms)
			}
			edges = append(edges, edge{to, at})
		}
		for range rapid.IntRange(1, 20).Draw(t, "presses") {
			at += draw(t, key.Release+1, 3*time.Second)
			if rapid.Bool().Draw(t, "spike") {
				edges = append(edges, edge{true, at}, edge{false, at + draw(t, 1, key.Settle-1)})
				at += key.Settle + key.Release
			}
			chatter(rapid.IntRange(0, 5).Draw(t, "bounces"), true)
			pressed := at + key.Settle
			want = append(want, key.Change{Kind: input.Press, At: pressed})
			at += draw(t, key.Settle+1, 15*time.Second)
			stuck := at-pressed >= key.StuckAfter
			if stuck {
				want = append(want, key.Change{Kind: input.Stuck, At: pressed + key.StuckAfter})
			}
			chatterUp := rapid.IntRange(0, 5).Draw(t, "bounces up")
			lead := at
			chatter(chatterUp, false)
			if !stuck && at-pressed >= key.StuckAfter && at > lead {
				t.Skip("the bounce lies across the stuck time: see the table")
			}
			if stuck {
				want = append(want, key.Change{Kind: input.Unstuck, At: at + key.Release})
			}
			want = append(want, key.Change{Kind: input.Release, At: at + key.Release})
		}
		if got := play(key.Raw(), edges); !slices.Equal(got, want) {
			t.Fatalf("edges %v\ngot  %v\nwant %v", edges, got, want)
		}
	})
}

// TestKeyForgetsHowItWasAsked: asking more often changes nothing, and the
// changes of one key always nest.
func TestKeyForgetsHowItWasAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		conf := rapid.SampledFrom([]key.Config{key.Raw(), key.Debounced()}).Draw(t, "config")
		var sparse, dense []edge
		at := time.Duration(0)
		active := false
		for range rapid.IntRange(0, 40).Draw(t, "edges") {
			for range rapid.IntRange(0, 4).Draw(t, "asks") {
				at += draw(t, 0, 4*time.Second)
				dense = append(dense, edge{active, at})
			}
			at += draw(t, 0, 40*ms)
			active = rapid.Bool().Draw(t, "level")
			sparse, dense = append(sparse, edge{active, at}), append(dense, edge{active, at})
		}
		a, b := play(conf, sparse), play(conf, dense)
		if n := min(len(a), len(b)); !slices.Equal(a[:n], b[:n]) || len(a)-n > 1 || len(b)-n > 1 {
			t.Fatalf("sparse %v\ndense  %v", a, b)
		}
		follows := map[input.Kind][]input.Kind{
			"":            {input.Press},
			input.Press:   {input.Release, input.Stuck},
			input.Stuck:   {input.Unstuck},
			input.Unstuck: {input.Release},
			input.Release: {input.Press},
		}
		var before key.Change
		for _, c := range b {
			if !slices.Contains(follows[before.Kind], c.Kind) || c.At < before.At {
				t.Fatalf("%v after %v in %v", c, before, b)
			}
			before = c
		}
	})
}

func TestMachineKeepsStuckKeyStuckWhenItsLineIsLost(t *testing.T) {
	var got []input.Kind
	m := key.NewMachine(input.Red, key.Debounced(), func(e input.Event) { got = append(got, e.Kind) })
	m.Level(true, 0, input.ByEdge)
	m.Advance(11 * time.Second)
	m.Lost(12 * time.Second)
	m.Level(true, 20*time.Second, input.ByLevel)
	m.Level(false, 30*time.Second, input.ByEdge)
	m.Level(true, 40*time.Second, input.ByEdge)
	m.Lost(41 * time.Second)
	m.Level(true, 50*time.Second, input.ByLevel)
	want := []input.Kind{input.Press, input.Stuck, input.Unstuck, input.Release, input.Press, input.Release, input.Press}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func draw(t *rapid.T, from, to time.Duration) time.Duration {
	return time.Duration(rapid.Int64Range(int64(from), int64(to)).Draw(t, "d"))
}

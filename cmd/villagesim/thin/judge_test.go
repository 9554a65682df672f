package thin

import (
	"slices"
	"testing"
	"time"
)

// sing is a melody as an ear hears it that loses nothing.
func sing(notes int) (windows []int) {
	for n := range notes {
		for range int(note / window) {
			windows = append(windows, n%len(villager))
		}
	}
	return windows
}

func TestListen(t *testing.T) {
	whole := sing(100)
	silent := slices.Clone(whole)
	for i := 100; i < 115; i++ {
		silent[i] = -1
	}
	// What a receiver invents: the note before the loss goes on.
	invented := slices.Clone(whole)
	for i := 100; i < 120; i++ {
		invented[i] = invented[99]
	}
	short := slices.Clone(whole)
	for i := 100; i < 110; i++ {
		short[i] = -1
	}
	for name, c := range map[string]struct {
		windows     []int
		voice, gaps int
		longest     time.Duration
	}{
		"all of it":          {whole, 500, 0, 0},
		"300 ms of silence":  {silent, 485, 1, 300 * time.Millisecond},
		"200 ms of silence":  {short, 490, 0, 200 * time.Millisecond},
		"an invented sound":  {invented, 481, 1, 380 * time.Millisecond},
		"one note for ever":  {slices.Repeat([]int{3}, 25), 6, 1, 380 * time.Millisecond},
		"nothing was played": {nil, 0, 0, 0},
	} {
		if h := listen(c.windows); h.Voice != c.voice || h.Gaps != c.gaps || h.Longest != c.longest {
			t.Errorf("%s: %+v, want %d windows, %d gaps, %v", name, h, c.voice, c.gaps, c.longest)
		}
	}
}

// talks is a plan in which so much was heard with the rule off and on.
func talks(well, off, on float64) (results []Result) {
	for _, trial := range Plan(time.Second) {
		share := on
		switch {
		case trial.Line.Rate == 0:
			share = well
		case trial.Blind:
			share = off
		}
		h := Heard{Windows: 1000, Voice: int(1000 * share)}
		results = append(results, Result{Trial: trial, Up: h, Down: h})
	}
	return results
}

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		results []Result
		good    bool
	}{
		"the rule keeps the voice":        {talks(0.97, 0.6, 0.92), true},
		"the rule does not keep it":       {talks(0.97, 0.6, 0.8), false},
		"the rule makes no difference":    {talks(0.97, 0.9, 0.92), false},
		"the ear's own loss is no gain":   {talks(0.92, 0.87, 0.89), false},
		"a machine that hears nothing":    {talks(0.5, 0.6, 0.92), false},
		"no talks":                        {nil, false},
		"the thinnest line was left out":  {talks(0.97, 0.6, 0.92)[:5], false},
		"an ear that was never opened":    {talks(0, 0, 0), false},
		"only the talk with the rule off": {talks(0.97, 0.6, 0.92)[:6], false},
	} {
		if v := Judge(c.results); (v.Broken == nil) != c.good {
			t.Errorf("%s: %v", name, v.Broken)
		}
	}
	// (0.25 - 0.044) / (0.11 - 0.044): the ear by itself misses 0.044.
	if v := Judge(talks(0.956, 0.75, 0.89)); v.Gain < 3.0 || v.Gain > 3.2 {
		t.Errorf("the gain is %.2f, want 3.1", v.Gain)
	}
	lame := talks(0.97, 0.6, 0.95)
	lame[2].Down.Voice = 870 // 300 kbit/s, one direction alone
	if v := Judge(lame); v.Broken != nil || v.Worst.Trial.Name != "300 kbit/s" {
		t.Errorf("the worst talk is %s: %v", v.Worst.Trial.Name, v.Broken)
	}
}

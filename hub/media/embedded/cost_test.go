package embedded

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"huying/hub/media"
)

func TestOpenIsFast(t *testing.T) {
	w := newTown(t, media.Config{})
	var worst, sum time.Duration
	const rooms = 200
	for i := range rooms {
		begin := time.Now()
		w.open(fmt.Sprint("c", i))
		took := time.Since(begin)
		worst, sum = max(worst, took), sum+took
	}
	t.Logf("Open: mean %v, worst %v of %d", sum/rooms, worst, rooms)
	if sum/rooms > 100*time.Millisecond {
		t.Errorf("Open takes %v on average, a claim must not wait for it", sum/rooms)
	}
}

// TestIdleCost reports what an embedded server costs that nobody uses. Run it
// alone, or the number contains other tests.
func TestIdleCost(t *testing.T) {
	if os.Getenv("HUYING_IDLE") == "" {
		t.Skip("set HUYING_IDLE=1 and run this test alone")
	}
	before, own := resident(t)
	begin := time.Now()
	w := newTown(t, media.Config{})
	took := time.Since(begin)
	w.open("c1")
	after, ownAfter := resident(t)
	t.Logf("start %v; resident kB (of which not file-backed): %d (%d) before, %d (%d) with an idle server",
		took.Round(time.Millisecond), before, own, after, ownAfter)
}

func resident(t *testing.T) (all, anonymous int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	_, _ = fmt.Sscan(rest, &all)
	_, rest, _ = strings.Cut(string(status), "RssAnon:")
	_, _ = fmt.Sscan(rest, &anonymous)
	return all, anonymous
}

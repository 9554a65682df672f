package anchor

import (
	"flag"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// seconds makes the smoke tests a measurement by hand:
//
//	go test -run Smoke -v -count=3 ./cmd/bench/anchor -seconds 5
var seconds = flag.Float64("seconds", 0.2, "length of each anchor in the smoke tests")

func length() time.Duration { return time.Duration(*seconds * float64(time.Second)) }

// sane is all that a machine-independent test may ask of a measurement.
func sane(t *testing.T, r Result, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r)
	if r.N < 1 || r.P50 < 0 || r.P50 > r.P99 || r.P99 > r.Max || r.PerSecond <= 0 {
		t.Errorf("not a measurement: %+v", r)
	}
}

func TestSmokeFdatasync(t *testing.T) {
	dir := t.TempDir()
	r, err := Fdatasync(t.Context(), dir, length())
	sane(t, r, err)
	if left, _ := filepath.Glob(dir + "/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := Fdatasync(t.Context(), "/dev/shm", length()); err == nil {
		t.Error("a folder in memory was accepted")
	}
}

func TestSmokeLateness(t *testing.T) {
	r, err := AfterFuncLateness(t.Context(), 20000, length())
	sane(t, r, err)
	r, err = PollLateness(t.Context(), 20000, length())
	sane(t, r, err)
}

func TestSmokeCommit(t *testing.T) {
	url := throwaway(t)
	r, err := CommitAtPace(t.Context(), url, 10, length())
	sane(t, r, err)
	r, err = CommitAtPace(t.Context(), url, 1000, length())
	sane(t, r, err)
	for _, conns := range []int{1, 32} {
		r, err = CommitClosed(t.Context(), url, conns, length())
		sane(t, r, err)
	}
}

func TestCommitRefusesAServerThatDoesNotSync(t *testing.T) {
	url := throwaway(t, "-c", "synchronous_commit=off")
	if r, err := CommitAtPace(t.Context(), url, 10, length()); err == nil {
		t.Errorf("measured %v on a server that acknowledges early", r)
	}
}

func TestSmokePeers(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not in PATH: the peers cannot be built")
	}
	bin := t.TempDir()
	if err := BuildPeers(t.Context(), "../../../tools/bench-peers", bin); err != nil {
		// A test of the product must not need a second module's downloads.
		t.Skip("the peers do not build here: ", err)
	}
	for _, name := range []string{"jetstream", "mosquitto"} {
		t.Run(name, func(t *testing.T) {
			if name == "mosquitto" && !installed("mosquitto") {
				t.Skip("mosquitto is missing: apt-get install mosquitto")
			}
			p, err := RunPeer(t.Context(), filepath.Join(bin, name), "-publishers", "3", "-closed", "-seconds", "0.2")
			sane(t, p.Result, err)
			sane(t, p.Ack, err)
			if _, err := RunPeer(t.Context(), filepath.Join(bin, name), "-pace", "-1"); err == nil {
				t.Error("a wrong flag was accepted")
			}
		})
	}
}

func installed(name string) bool {
	if _, err := exec.LookPath(name); err == nil {
		return true
	}
	_, err := exec.LookPath("/usr/sbin/" + name)
	return err == nil
}

// The four rows of one press must share a transaction, and no two presses may:
// otherwise the anchor would be another thing than its name.
func TestOnePressIsOneTransaction(t *testing.T) {
	d, err := openDatabase(t.Context(), throwaway(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	const all = `SELECT count(*), count(DISTINCT xmin::text) FROM (
		SELECT xmin FROM bench_anchor.press UNION ALL SELECT xmin FROM bench_anchor.call UNION ALL
		SELECT xmin FROM bench_anchor.event UNION ALL SELECT xmin FROM bench_anchor.outbox) rows`
	for range 3 {
		if err := d.press(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var rows, transactions int
	if err := d.pool.QueryRow(t.Context(), all).Scan(&rows, &transactions); err != nil {
		t.Fatal(err)
	}
	// Two presses warmed the connection.
	if rows != 20 || transactions != 5 {
		t.Errorf("%d rows in %d transactions, want 20 in 5", rows, transactions)
	}
}

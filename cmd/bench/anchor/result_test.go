package anchor

import (
	"testing"
	"time"
)

func TestPercentileIsNearestRank(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, c := range []struct {
		in   []time.Duration
		p    float64
		want time.Duration
	}{
		{nil, 0.5, 0}, {hundred[:1], 0.99, 1}, {hundred, 0.5, 50}, {hundred, 0.99, 99},
		{hundred, 1, 100}, {hundred, 0, 1}, {hundred[:3], 0.5, 2}, {hundred[:50], 0.99, 50},
	} {
		if got := Percentile(c.in, c.p); got != c.want {
			t.Errorf("p%g of %d: %d, want %d", c.p*100, len(c.in), got, c.want)
		}
	}
}

func TestMedianTakesEachFigureByItself(t *testing.T) {
	got := Median([]Result{
		{Name: "a", N: 3, PerSecond: 10, P50: 1, P99: 30, Max: 100},
		{Name: "a", N: 1, PerSecond: 30, P50: 3, P99: 20, Max: 300},
		{Name: "a", N: 2, PerSecond: 20, P50: 2, P99: 10, Max: 200},
	})
	if want := (Result{Name: "a", N: 2, PerSecond: 20, P50: 2, P99: 20, Max: 200}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Median(nil); got != (Result{}) {
		t.Errorf("no runs: %+v", got)
	}
}

func TestSummariseSortsAndDivides(t *testing.T) {
	got := Summarise("x", []time.Duration{4, 1, 3, 2}, 2*time.Second)
	if want := (Result{Name: "x", N: 4, PerSecond: 2, P50: 2, P99: 4, Max: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestParsePeer(t *testing.T) {
	got, err := parsePeer([]byte(`{"name":"b","n":2,"rate":5,"p50_us":1.5,"p99_us":2,"max_us":3,"ack_p50_us":4,"server_cpu_s":0.5}`))
	if err != nil {
		t.Fatal(err)
	}
	ring := Result{Name: "b", N: 2, PerSecond: 5, P50: 1500, P99: 2000, Max: 3000}
	if got.Result != ring || got.Ack.P50 != 4*time.Microsecond || got.ServerCPU != time.Second/2 {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"", "{}", `{"name":"b","n":0}`, "two\nlines"} {
		if _, err := parsePeer([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

package hub

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meter is what the hub measures. Names and buckets are part of the product:
// dashboards are built on them.
type meter struct {
	registry  *prometheus.Registry
	ring      prometheus.Histogram
	commit    prometheus.Histogram
	batch     prometheus.Histogram
	unproven  prometheus.Counter
	cloned    prometheus.Counter
	violation *prometheus.CounterVec
	lifeMeter
}

func newMeter() *meter {
	m := &meter{
		registry: prometheus.NewRegistry(),
		ring: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "huying_press_to_ring_seconds",
			Help:    "Time from the key going down, by the kiosk's own account, to the call being handed to the pages.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2, 5, 10, 30, 60}}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "huying_commit_seconds",
			Help: "Time of one transaction of the store's writer.", Buckets: prometheus.ExponentialBuckets(.0002, 2, 16)}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "huying_commit_saves",
			Help: "Saves in one transaction.", Buckets: prometheus.ExponentialBuckets(1, 2, 12)}),
		unproven: prometheus.NewCounter(prometheus.CounterOpts{Name: "huying_unproven_presses_total",
			Help: "Presses that the kiosk's key does not prove, direct and relayed; they ring all the same."}),
		cloned: prometheus.NewCounter(prometheus.CounterOpts{Name: "huying_clones_total",
			Help: "Times that two live kiosks were seen with one identity; must stay 0."}),
		violation: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huying_invariant_violations_total",
			Help: "Broken promises seen by the hub itself; must stay 0."}, []string{"invariant"}),
	}
	m.registry.MustRegister(m.ring, m.commit, m.batch, m.unproven, m.cloned, m.violation)
	m.lifeMeter = newLifeMeter(m.registry)
	return m
}

// Rang is told the time from press to ring.
func (m *meter) Rang(d time.Duration) { m.ring.Observe(d.Seconds()) }

// Committed is told each transaction.
func (m *meter) Committed(saves int, took time.Duration) {
	m.commit.Observe(took.Seconds())
	m.batch.Observe(float64(saves))
}

// Violated counts a broken promise.
func (m *meter) Violated(invariant string) { m.violation.WithLabelValues(invariant).Inc() }

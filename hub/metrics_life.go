package hub

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"huying/hub/desk"
)

// lifeMeter is what the hub measures of its kiosks' health.
type lifeMeter struct {
	escalated *prometheus.CounterVec
	differed  prometheus.Counter
}

func newLifeMeter(r *prometheus.Registry) lifeMeter {
	m := lifeMeter{
		escalated: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "huying_ticket_escalations_total",
			Help: "Tickets that went up because nobody recorded a stop-gap in time, by how far."}, []string{"level"}),
		differed: prometheus.NewCounter(prometheus.CounterOpts{Name: "huying_ledger_differences_total",
			Help: "Presses found missing or surplus in counts of kiosks' ledgers; must stay 0."}),
	}
	r.MustRegister(m.escalated, m.differed)
	return m
}

// Escalated counts a ticket that went up.
func (m lifeMeter) Escalated(level string) { m.escalated.WithLabelValues(level).Inc() }

// Differed counts presses in which a ledger differs.
func (m lifeMeter) Differed(presses int) { m.differed.Add(float64(presses)) }

// census tells, when asked, how many kiosks are how, and which tickets are open.
type census struct {
	desk            *desk.Desk
	kiosks, tickets *prometheus.Desc
}

func (m *meter) watch(d *desk.Desk) {
	m.registry.MustRegister(census{desk: d,
		kiosks: prometheus.NewDesc("huying_kiosks", "Kiosks of this site by state: ok, overdue, fault, offline, unheard, retired.", []string{"state"}, nil),
		tickets: prometheus.NewDesc("huying_tickets_open", "Tickets that are not closed, by the fault's code; copies of sites below among them.",
			[]string{"code"}, nil)})
}

// Describe implements prometheus.Collector.
func (c census) Describe(ch chan<- *prometheus.Desc) { ch <- c.kiosks; ch <- c.tickets }

// Collect implements prometheus.Collector.
func (c census) Collect(ch chan<- prometheus.Metric) {
	kiosks, tickets := c.desk.Census(context.Background())
	for state, n := range kiosks {
		ch <- prometheus.MustNewConstMetric(c.kiosks, prometheus.GaugeValue, float64(n), state)
	}
	for code, n := range tickets {
		ch <- prometheus.MustNewConstMetric(c.tickets, prometheus.GaugeValue, float64(n), code)
	}
}

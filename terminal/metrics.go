package terminal

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"huying/internal/call"
	"huying/internal/wire"
)

// maxTimed bounds the presses whose way to the socket is being timed.
const maxTimed = 64

// metrics counts what a terminal does, for Prometheus.
type metrics struct {
	registry       *prometheus.Registry
	presses        *prometheus.CounterVec
	resends        *prometheus.CounterVec
	up             *prometheus.GaugeVec
	faults         prometheus.Gauge
	toSocket       prometheus.Histogram
	appendSeconds  prometheus.Histogram
	appendFailures prometheus.Counter

	mu    sync.Mutex
	timed map[sent]time.Time // zero once written: whatever follows is a resend
}

// sent is a press on its way to a site.
type sent struct {
	site  call.Site
	press call.PressID
}

func newMetrics() *metrics {
	vec := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
	}
	m := &metrics{
		registry: prometheus.NewRegistry(), timed: map[sent]time.Time{},
		presses: vec("huying_terminal_presses_total", "Presses of a key.", "key"),
		resends: vec("huying_terminal_press_resends_total", "PRESS frames sent again to a site.", "site"),
		up: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "huying_terminal_line_up",
			Help: "1 while the line to a site is up."}, []string{"site"}),
		faults: prometheus.NewGauge(prometheus.GaugeOpts{Name: "huying_terminal_faults", Help: "Present faults."}),
		toSocket: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "huying_terminal_press_to_socket_seconds",
			Help: "From the event of a key to the socket write of its PRESS.", Buckets: prometheus.ExponentialBuckets(25e-6, 2, 16)}),
		appendSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "huying_terminal_journal_append_seconds",
			Help: "One append with its fdatasync.", Buckets: prometheus.ExponentialBuckets(100e-6, 2, 16)}),
		appendFailures: prometheus.NewCounter(prometheus.CounterOpts{Name: "huying_terminal_journal_failures_total",
			Help: "Appends and compactions that failed."}),
	}
	m.registry.MustRegister(m.presses, m.resends, m.up, m.faults, m.toSocket, m.appendSeconds, m.appendFailures,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// sending notes that a press goes to a site; at is when the key went down, zero
// where it is not this input that pressed.
func (m *metrics) sending(site call.Site, p wire.Press, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := sent{site, p.Press}
	if _, known := m.timed[id]; known {
		m.resends.WithLabelValues(string(site)).Inc()
		return
	}
	if len(m.timed) >= maxTimed {
		clear(m.timed)
	}
	m.timed[id] = at
}

// wrote times a press that was handed to the kernel.
func (m *metrics) wrote(site call.Site, f wire.Frame) {
	p, ok := f.(wire.Press)
	if !ok {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id := sent{site, p.Press}
	if at := m.timed[id]; !at.IsZero() {
		m.toSocket.Observe(time.Since(at).Seconds())
		m.timed[id] = time.Time{}
	}
}

// exporter serves the metrics on a loopback port of their own.
type exporter struct {
	http   *http.Server
	listen net.Listener
	done   sync.WaitGroup
}

func (m *metrics) export(address string, log *slog.Logger) (*exporter, error) {
	l, err := net.Listen("tcp4", address)
	if err != nil {
		return nil, &FieldError{"metrics_listen", "不能监听：" + err.Error()}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	e := &exporter{http: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}, listen: l}
	e.done.Go(func() {
		if err := e.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("metrics ended", "error", err.Error())
		}
	})
	return e, nil
}

func (e *exporter) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if e.http.Shutdown(ctx) != nil {
		_ = e.http.Close()
	}
	e.done.Wait()
}

package hub

import (
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// inspection is what the machine itself may ask a hub: its metrics and, when
// it is slow, where its time goes. The settings let it listen on loopback
// only.
func (a *App) inspection() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", promhttp.HandlerFor(a.meter.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

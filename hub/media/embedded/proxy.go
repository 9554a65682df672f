package embedded

import (
	"encoding/json"
	"io"
	stdlog "log"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// signalPaths is everything of LiveKit that the outside may reach: the
// signalling WebSocket of both protocol generations, and the question "why was
// I refused" that clients ask after a failed WebSocket. The room service, the
// ingest, agent and debug addresses stay on loopback.
var signalPaths = map[string]bool{
	"/rtc":             true,
	"/rtc/validate":    true,
	"/rtc/v1":          true,
	"/rtc/v1/validate": true,
}

// newProxy carries signalling to the server at target. Any origin is let
// through, as LiveKit itself does: what admits is the signed token, cookies are
// neither needed nor passed on, and the kiosk's page lives on another origin.
func newProxy(target *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
			r.Out.Header.Del("Cookie")
		},
		// Ends of WebSockets are no errors, and the lines would carry tokens.
		ErrorLog: stdlog.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			problem(w, http.StatusBadGateway, "media.unavailable", "语音服务没有应答，请稍候，终端会自动重试")
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !signalPaths[r.URL.Path] {
			problem(w, http.StatusNotFound, "media.not_found", "这里只有语音信令")
			return
		}
		proxy.ServeHTTP(w, r)
	})
}

// problem answers in the form of RFC 9457. The open origin is for pages on
// another port, which otherwise could not read why they were refused.
func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "detail": detail})
}

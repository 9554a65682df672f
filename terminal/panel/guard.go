package panel

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// guard keeps other web sites out. A page on the internet can point its own
// name at 127.0.0.1 ("DNS rebinding") or simply post here from a browser on
// the kiosk; the first shows in Host, the second in Origin.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy(append(s.own(), s.cfg.Connect()...)))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), autoplay=(self), geolocation=()")
		if why := s.foreign(r); why != "" {
			s.cfg.Log.Warn("panel refused a foreign request", "why", why, "host", clip(r.Host), "origin", clip(r.Header.Get("Origin")))
			refuse(w, http.StatusForbidden, why, "本页面只供本机使用：请用 http://127.0.0.1:"+s.port+" 打开。")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign names why a request does not come from our own page; "" if it does.
func (s *Server) foreign(r *http.Request) string {
	if !s.ours(r.Host) {
		return "foreign_host"
	}
	for _, origin := range r.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" || !s.ours(u.Host) {
			return "foreign_origin"
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin":
		return ""
	case "none": // typed into the address bar, or a kiosk browser's start page
		if r.Method == http.MethodGet {
			return ""
		}
	}
	return "foreign_site"
}

// own is this server as the page's sockets call it: not every browser takes
// 'self' for that.
func (s *Server) own() []string {
	return []string{"ws://127.0.0.1:" + s.port, "ws://localhost:" + s.port}
}

func (s *Server) ours(hostport string) bool {
	host, port, err := net.SplitHostPort(hostport)
	if err != nil {
		host, port = hostport, "80"
	}
	return port == s.port && (host == "127.0.0.1" || strings.EqualFold(host, "localhost"))
}

// contentPolicy lets the page run its own files, hold camera and microphone
// (blob: and data: are what browsers make of those) and talk to connect.
func contentPolicy(connect []string) string {
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'",
		"img-src 'self' data: blob:", "font-src 'self'", "media-src 'self' blob: data: mediastream:",
		"worker-src 'self' blob:", "manifest-src 'self'",
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " "),
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "object-src 'none'",
	}, "; ")
}

// refuse answers with a problem (RFC 9457): a sentence for people, a code for
// programs.
func refuse(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "code": code, "detail": detail,
	})
}

func clip(s string) string {
	if len(s) > 100 {
		return s[:100]
	}
	return s
}

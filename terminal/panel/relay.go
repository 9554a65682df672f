package panel

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"strings"
)

// The page, and the voice program of a kiosk without one, talk to the voice
// server through the terminal. Only the terminal knows the hubs' own root and
// can tell them apart from others when this machine's clock is dead; a browser
// would have to be taught both. What is relayed is signalling alone: sound and
// picture go their own way, encrypted from end to end of it.

// relayPath begins every address that is relayed, signalling every address of
// the voice server that is: the same host also serves the hub's own pages.
const (
	relayPath  = "/voice"
	signalling = "/rtc"
)

// Upstream is a voice server and how it is reached.
type Upstream struct {
	URL       *url.URL
	Transport http.RoundTripper
}

// RelayURL is what the page is told instead of the voice server's address.
func RelayURL(addr string) string { return "ws://" + addr + relayPath }

// relay passes a request on to the present voice server; there is none while
// nobody talks.
func (s *Server) relay(w http.ResponseWriter, r *http.Request) {
	if to := path.Clean(strings.TrimPrefix(r.URL.Path, relayPath)); to != signalling && !strings.HasPrefix(to, signalling+"/") {
		refuse(w, http.StatusNotFound, "not_voice", "这里只转语音服务器的信令。")
		return
	}
	up := s.cfg.Upstream()
	if up == nil {
		refuse(w, http.StatusBadGateway, "no_voice", "现在没有通话。")
		return
	}
	proxy := httputil.ReverseProxy{
		Transport: up.Transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Path = strings.TrimPrefix(p.In.URL.Path, relayPath)
			p.Out.URL.RawPath = ""
			p.SetURL(plain(up.URL))
			p.Out.Header.Del("Origin") // it names this page, which the server does not know
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			s.cfg.Log.Warn("voice server not reached", "error", err.Error())
			refuse(w, http.StatusBadGateway, "no_voice", "连不上语音服务器。")
		},
		ErrorLog: s.http.ErrorLog,
	}
	proxy.ServeHTTP(w, r)
}

// plain is the address of a WebSocket for a program that speaks HTTP first.
func plain(u *url.URL) *url.URL {
	out := *u
	switch u.Scheme {
	case "ws":
		out.Scheme = "http"
	case "wss":
		out.Scheme = "https"
	}
	return &out
}

package terminal

import (
	"net/http"
	"net/url"
	"time"

	"huying/terminal/panel"
)

// relays gives the page, or the voice program, an address on this machine in
// place of the voice server's, and the server what the terminal knows of the
// hubs: their root, and that its own clock may be dead. Only the loop uses it.
type relays struct {
	told string // address of the present upstream
	ways map[string]http.RoundTripper
}

// idleWay is how long an unused connection to a voice server is kept.
const idleWay = time.Minute

// relayed changes m to the local address of its voice server. One that the
// settings do not allow is left as it is, and the page may not talk to it. With
// none, nothing is relayed any more.
func (t *Terminal) relayed(r *relays, c Config, m *panel.Media) {
	if m == nil {
		r.told = ""
		t.upstream.Store(nil)
		return
	}
	if !c.allowsMedia(m.URL) {
		return
	}
	if m.URL != r.told {
		u, err := url.Parse(m.URL)
		if err != nil {
			t.log.Error("voice server's address", "error", err.Error())
			return
		}
		way, err := t.way(r, c, m.URL, u)
		if err != nil {
			t.log.Error("voice server cannot be trusted", "server", u.Host, "error", err.Error())
			return
		}
		r.told = m.URL
		t.upstream.Store(&panel.Upstream{URL: u, Transport: way})
	}
	m.URL = panel.RelayURL(t.panel.Addr())
}

// ready finds the ways to the sites beforehand: their roots are on a disk, and
// the loop must not wait for one.
func (t *Terminal) ready(r *relays) {
	for _, s := range t.cfg.sites() {
		if u, err := url.Parse(s.URL); err == nil {
			if _, err := t.way(r, t.cfg, s.URL, u); err != nil {
				t.log.Error("site cannot be trusted", "site", s.Site, "error", err.Error())
			}
		}
	}
}

// way is how a voice server is reached: at a site's own address with the
// site's root, elsewhere with the system's.
func (t *Terminal) way(r *relays, c Config, address string, u *url.URL) (http.RoundTripper, error) {
	if way := r.ways[u.Host]; way != nil {
		return way, nil
	}
	root := ""
	for _, s := range c.sites() {
		if at, err := url.Parse(s.URL); err == nil && at.Host == u.Host {
			root = s.Root
		}
	}
	secure, err := t.secure(Site{URL: address, Root: root})
	if err != nil {
		return nil, err
	}
	way := &http.Transport{TLSClientConfig: secure, IdleConnTimeout: idleWay, ForceAttemptHTTP2: false}
	r.ways[u.Host] = way
	return way, nil
}

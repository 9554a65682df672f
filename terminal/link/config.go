package link

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// Config says to whom a link goes.
type Config struct {
	Site  call.Site
	URL   string // the site's address, ws, wss, http or https; /kiosk is added
	Kiosk string
	// BootID and Version go into HELLO beside the signature: a text that is new
	// at each start, and the program's version; both for people who search logs.
	BootID, Version string
	// Sign signs wire.HelloText for the nonce of a site.
	Sign func(nonce []byte) []byte
	// Events hears of everything; its methods are called by the link's own
	// goroutines and may block until the link is stopped.
	Events Events
	Log    *slog.Logger // nil: slog.Default
	TLS    *tls.Config  // nil: the system's certificate authorities
	// Dialled is given what the site said when it took a connection over TLS, as
	// its time; nil: nobody cares.
	Dialled func(http.Header)
	Times   Times // zero: DefaultTimes
	// Jitter gives a duration in [0, most); nil: evenly distributed.
	Jitter func(most time.Duration) time.Duration
}

// Events is what a link tells. Of one connection Up is first and Down last.
type Events interface {
	Up(site call.Site, conn uint64)
	Down(site call.Site, conn uint64, why string)
	Frame(site call.Site, conn uint64, f wire.Frame)
	// Wrote says that a frame was handed to the kernel.
	Wrote(site call.Site, f wire.Frame)
}

// Times are the patience of a link.
type Times struct {
	Dial      time.Duration // name, TCP, TLS and HTTP together
	Beside    time.Duration // least pause before another attempt is begun beside one that hangs
	Doubt     time.Duration // how often a line is asked whether a press is stuck in it
	Challenge time.Duration // the site's first frame
	Write     time.Duration // one frame into the kernel
	Quiet     time.Duration // nothing heard, not even a ping: the line is dead
	Unacked   time.Duration // TCP data that nobody acknowledges: the line is dead
	First     time.Duration // bound of the first pause before connecting again
	Most      time.Duration // bound of the longest
}

// DefaultTimes fit a site that pings every 10 s: two pings may be lost. Dial is
// for lines that take a second each way and lose every third packet, where an
// attempt needs eight good packets in all.
// Unacked notices sooner that a line on which something was sent is dead, as
// after a change of address behind a mobile operator's NAT.
func DefaultTimes() Times {
	return Times{
		Dial: 12 * time.Second, Challenge: 10 * time.Second, Beside: 1500 * time.Millisecond, Doubt: 500 * time.Millisecond, Write: 5 * time.Second,
		Quiet: 25 * time.Second, Unacked: 10 * time.Second,
		First: 200 * time.Millisecond, Most: 15 * time.Second,
	}
}

// back is the pause before the given attempt, counted from 0: "full jitter"
// (Brooker, "Exponential Backoff And Jitter", AWS 2015), so that a county
// whose power comes back does not knock in step.
func (c Config) back(attempt int) time.Duration {
	most := c.Times.First << min(attempt, 16)
	return c.Jitter(min(most, c.Times.Most))
}

func (c Config) normalize() (Config, error) {
	if c.Kiosk == "" || c.Sign == nil || c.Events == nil {
		return c, errors.New("link: Kiosk, Sign and Events must be set")
	}
	address, err := Address(c.URL, c.Kiosk)
	if err != nil {
		return c, err
	}
	c.URL = address
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Times == (Times{}) {
		c.Times = DefaultTimes()
	}
	if c.Times.Doubt <= 0 {
		c.Times.Doubt = DefaultTimes().Doubt
	}
	if c.Jitter == nil {
		c.Jitter = rand.N[time.Duration]
	}
	if c.TLS == nil {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ClientSessionCache: tls.NewLRUClientSessionCache(2)}
	}
	return c, nil
}

// Address makes the WebSocket address of a kiosk at a site of base, or says
// what is wrong with base.
func Address(base, kiosk string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("link: address %q: want ws://host:port or wss://host", base)
	}
	switch u.Scheme {
	case "ws", "wss":
	case "http":
		u.Scheme = "ws"
	case "https":
		u.Scheme = "wss"
	default:
		return "", fmt.Errorf("link: address %q: must begin with ws:// or wss://", base)
	}
	u = u.JoinPath("kiosk")
	u.RawQuery = url.Values{"id": {kiosk}}.Encode()
	return u.String(), nil
}

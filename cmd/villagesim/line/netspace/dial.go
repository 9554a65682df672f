package netspace

import (
	"context"
	"net"
	"net/http"
	"time"
)

// Dial connects from inside the space. The address must be a literal one:
// names would be looked up elsewhere.
func (s *Space) Dial(ctx context.Context, network, address string) (conn net.Conn, err error) {
	err = s.Do(func() error {
		var d net.Dialer
		conn, err = d.DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// Client is a browser on a machine of the space; its requests take at most
// wait, or as long as they like if wait is 0.
func (s *Space) Client(wait time.Duration) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: s.Dial, MaxIdleConnsPerHost: 4}, Timeout: wait}
}

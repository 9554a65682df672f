package demo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

func join(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// awaitReady waits until a hub says that it is ready.
func awaitReady(ctx context.Context, base string, dead <-chan struct{}) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/readyz", nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-dead:
			return fmt.Errorf("%s: 没有启动成功", base)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

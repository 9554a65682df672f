package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"time"
)

func join(host string, port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }

// hubClient speaks to a hub's api as a person would.
type hubClient struct {
	base string
	http *http.Client
}

func newHubClient(base string) *hubClient {
	jar, _ := cookiejar.New(nil) // a nil list of public suffixes never fails
	return &hubClient{base: base, http: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

func (c *hubClient) post(ctx context.Context, path string, in, out any) error {
	b, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s: %s: %s", path, res.Status, answer)
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, out)
}

func (c *hubClient) signIn(ctx context.Context, account string) error {
	return c.post(ctx, "/api/session", object{"account": account, "password": Password}, nil)
}

// code asks for the one-time code of a kiosk, as an administrator.
func (c *hubClient) code(ctx context.Context, kiosk string) (string, error) {
	var out struct {
		Code string `json:"code"`
	}
	err := c.post(ctx, "/api/points/"+kiosk+"/enrolment", object{}, &out)
	return out.Code, err
}

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

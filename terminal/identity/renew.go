package identity

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Pauses of a renewal that fails: a third of the certificate's life is left,
// so nothing is urgent until it ends, and even then the kiosk connects.
const (
	renewFirst = time.Minute
	renewMost  = 6 * time.Hour
	// renewLook is how often a kiosk that does not know the time looks again.
	renewLook = time.Minute
)

// Renewal keeps a kiosk's certificate fresh.
type Renewal struct {
	badge *Badge
	ask   func(ctx context.Context, request []byte) (certificate []byte, err error)
	log   *slog.Logger
	look  chan struct{} // the known time changed
	stop  context.CancelFunc
	once  sync.Once
	done  sync.WaitGroup
}

// NewRenewal makes one that asks with ask; Start runs it.
func NewRenewal(b *Badge, ask func(ctx context.Context, request []byte) ([]byte, error), log *slog.Logger) *Renewal {
	return &Renewal{badge: b, ask: ask, log: log, look: make(chan struct{}, 1)}
}

// Start begins and returns.
func (r *Renewal) Start() {
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.done.Go(func() { r.run(ctx) })
}

// Look says that the time is known now, or is another one. It never blocks.
func (r *Renewal) Look() {
	select {
	case r.look <- struct{}{}:
	default:
	}
}

// Stop ends it and waits. It may be called again.
func (r *Renewal) Stop() {
	r.once.Do(func() {
		if r.stop != nil {
			r.stop()
		}
	})
	r.done.Wait()
}

func (r *Renewal) run(ctx context.Context) {
	pause := renewFirst
	for {
		wait := r.badge.due()
		if wait <= 0 {
			err := r.renew(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				wait = pause/2 + rand.N(pause/2+1)
				r.log.Warn("certificate not renewed", "error", err.Error(), "retry_ms", wait.Milliseconds())
				pause = min(2*pause, renewMost)
			} else {
				// A clock that is ahead would find the new one due at once.
				wait, pause = max(r.badge.due(), r.badge.life()/2), renewFirst
			}
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-r.look:
			t.Stop()
		case <-t.C:
		}
	}
}

// due is how long until the certificate is to be renewed: when two thirds of its
// validity are over, and up to a tenth later, which differs from kiosk to
// kiosk, so that a county does not come at once. A kiosk without one asks at
// once; one that does not know the time looks again.
func (b *Badge) due() time.Duration {
	c := b.Certificate()
	if c == nil {
		return 0
	}
	now, known := b.Clock.Now()
	if !known {
		return renewLook
	}
	life := c.NotAfter.Sub(c.NotBefore)
	spread := life / 80 * time.Duration(new(big.Int).And(c.SerialNumber, big.NewInt(7)).Int64())
	at := c.NotBefore.Add(life*2/3 + spread)
	return min(at.Sub(now), renewMost) // looked at again: the known time may be corrected
}

// life is the validity of the present certificate.
func (b *Badge) life() time.Duration {
	c := b.Certificate()
	return c.NotAfter.Sub(c.NotBefore)
}

func (r *Renewal) renew(ctx context.Context) error {
	request, err := r.badge.Request()
	if err != nil {
		return err
	}
	text, err := r.ask(ctx, request)
	if err != nil {
		return err
	}
	if err := r.badge.Take(text); err != nil {
		return err
	}
	c := r.badge.Certificate()
	r.log.Info("certificate renewed", "serial", c.SerialNumber.String(), "until", c.NotAfter)
	return nil
}

// AskHub asks a hub for a certificate over a connection on which the kiosk
// shows the one it has.
func AskHub(hub, kiosk string, c *tls.Config) (func(ctx context.Context, request []byte) ([]byte, error), error) {
	base, err := url.Parse(hub)
	if err != nil {
		return nil, err
	}
	base.Scheme = strings.Replace(base.Scheme, "ws", "http", 1)
	at := base.JoinPath("api", "certificate").String()
	client := &http.Client{Timeout: answerWait, CheckRedirect: stay,
		Transport: &http.Transport{TLSClientConfig: c, DisableKeepAlives: true}}
	return func(ctx context.Context, request []byte) ([]byte, error) {
		body, err := json.Marshal(map[string]string{"kiosk": kiosk, "request": base64.StdEncoding.EncodeToString(request)})
		if err != nil {
			return nil, err
		}
		data, err := post(ctx, client, at, body)
		if err != nil {
			return nil, err
		}
		var answer struct {
			Certificate string `json:"certificate"`
		}
		err = json.Unmarshal(data, &answer)
		return []byte(answer.Certificate), err
	}, nil
}

// stay refuses to be sent elsewhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func post(ctx context.Context, client *http.Client, at string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("站点的回答中断了，请再试一次（%w）", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, refused(resp.StatusCode, data)
	}
	return data, nil
}

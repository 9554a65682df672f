package people

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"huying/cmd/villagesim/voice"
	"huying/hub/view"
)

// Operator is somebody at a hub's desk who answers whatever rings.
type Operator struct {
	Hub      *Hub
	Account  string
	Password string
	After    time.Duration // lets it ring so long
	Talk     time.Duration // and talks so long
	Hz       int
	Log      *slog.Logger
}

// Run works until ctx ends and comes back when the hub does.
func (o *Operator) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := o.shift(ctx); err != nil && ctx.Err() == nil {
			o.Log.Info("operator lost the hub", "account", o.Account, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(2 * time.Second):
		}
	}
	return ctx.Err()
}

// shift signs in, begins duty, and answers until the socket ends.
func (o *Operator) shift(ctx context.Context) error {
	if err := o.Hub.SignIn(ctx, o.Account, o.Password); err != nil {
		return err
	}
	conn, err := o.Hub.Live(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := o.Hub.Do(ctx, http.MethodPut, "/api/duty", map[string]bool{"on": true}, nil); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rings := &queue{}
	go o.work(ctx, rings)
	for {
		_, b, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		var m struct {
			Calls []view.Call `json:"calls"`
			Call  *view.Call  `json:"call"`
		}
		if err := json.Unmarshal(b, &m); err != nil {
			return err
		}
		if m.Call != nil {
			m.Calls = append(m.Calls, *m.Call)
		}
		for _, c := range m.Calls {
			rings.set(c.ID, c.RingsMe)
		}
	}
}

// work takes one call after the other; one that comes to nothing is tried
// again as long as it rings.
func (o *Operator) work(ctx context.Context, rings *queue) {
	for {
		if id, ok := rings.next(); ok {
			o.handle(ctx, id)
		}
		if sleep(ctx, time.Second) != nil {
			return
		}
	}
}

// handle takes one call from the first ring to the written outcome.
func (o *Operator) handle(ctx context.Context, id string) {
	for _, step := range []func(context.Context, string) error{o.answer, o.talk, o.close} {
		if err := step(ctx, id); err != nil {
			if ctx.Err() == nil {
				o.Log.Info("operator leaves the call to others", "call", id, "error", err)
			}
			return
		}
	}
}

func (o *Operator) answer(ctx context.Context, id string) error {
	if err := sleep(ctx, o.After); err != nil {
		return err
	}
	return o.Hub.Do(ctx, http.MethodPost, "/api/calls/"+id+"/answer", nil, nil)
}

// granted asks where to talk until the kiosk has granted it.
func (o *Operator) granted(ctx context.Context, id string) (url, token string, err error) {
	var where struct{ URL, Token string }
	for range 20 {
		if err = o.Hub.Do(ctx, http.MethodPost, "/api/calls/"+id+"/media", nil, &where); err == nil {
			return where.URL, where.Token, nil
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return "", "", err
		}
	}
	return "", "", err
}

func (o *Operator) talk(ctx context.Context, id string) error {
	url, token, err := o.granted(ctx, id)
	if err != nil {
		return err
	}
	v, err := voice.Join(ctx, url, token, voice.Options{Hz: o.Hz})
	if err != nil {
		return err
	}
	defer v.Leave()
	heard, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	// 25 packets of 20 ms are half a second of the villager's voice.
	kiosk, _, _ := strings.Cut(id, ".")
	h, err := v.AwaitHeard(heard, "kiosk:"+kiosk, 25)
	if err == nil {
		err = o.Hub.Do(ctx, http.MethodPost, "/api/calls/"+id+"/speech",
			map[string]any{"heard_ms": int(h.Seconds * 1000), "level_dbfs": h.Loudest}, nil)
	}
	if err != nil {
		o.Log.Info("operator hears nobody", "call", id, "error", err)
	}
	if err := sleep(ctx, o.Talk); err != nil {
		return err
	}
	return o.Hub.Do(ctx, http.MethodPost, "/api/calls/"+id+"/hang-up", nil, nil)
}

func (o *Operator) close(ctx context.Context, id string) error {
	if err := sleep(ctx, time.Second); err != nil {
		return err
	}
	return o.Hub.Do(ctx, http.MethodPost, "/api/calls/"+id+"/close", map[string]string{"disposition": "advice", "note": "模拟"}, nil)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

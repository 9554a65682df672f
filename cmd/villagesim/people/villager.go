package people

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"huying/cmd/villagesim/voice"
	"huying/terminal/panel"
)

// Villager is somebody at one kiosk.
type Villager struct {
	Page  string        // address of the kiosk's page, http://127.0.0.1:port
	Every time.Duration // mean pause between calls, from the end of one
	Hz    int           // the voice
	Log   *slog.Logger

	mu  sync.Mutex
	ear *voice.Voice
}

// finger is how long a finger stays on a key.
const finger = 150 * time.Millisecond

// aliveEvery is how often a page says that voice flows; after 6 s of silence
// the kiosk takes it for gone.
const aliveEvery = 2 * time.Second

// Run presses now and then, and talks while somebody answers, until ctx ends.
func (v *Villager) Run(ctx context.Context) error {
	defer v.leave()
	next := time.NewTimer(v.pause())
	defer next.Stop()
	views := make(chan panel.View)
	go v.watch(ctx, views)
	again := time.NewTicker(aliveEvery)
	defer again.Stop()
	state := panel.Idle
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case view := <-views:
			if view.State != state && view.State == panel.Idle {
				next.Reset(v.pause())
			}
			state = view.State
			v.talk(ctx, view)
		case <-again.C:
			v.stillTalks(ctx)
		case <-next.C:
			if state == panel.Idle {
				v.press(ctx)
			}
			next.Reset(v.pause()) // again, should the press come to nothing
		}
	}
}

func (v *Villager) pause() time.Duration {
	return v.Every/2 + rand.N(v.Every)
}

// press is a finger on the green key, sometimes on the red one.
func (v *Villager) press(ctx context.Context) {
	key := "enquiry"
	if rand.IntN(5) == 0 {
		key = "urgent"
	}
	v.Log.Info("villager presses", "page", v.Page, "key", key)
	for _, down := range []bool{true, false} {
		if err := v.post(ctx, "/api/key", map[string]any{"key": key, "down": down}); err != nil {
			v.Log.Warn("key not taken", "page", v.Page, "error", err)
		}
		if down {
			time.Sleep(finger)
		}
	}
}

// talk joins when the panel says where, and leaves when it no longer does.
func (v *Villager) talk(ctx context.Context, view panel.View) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case view.Media == nil && v.ear != nil:
		v.ear.Leave()
		v.ear = nil
	case view.Media != nil && v.ear == nil:
		ear, err := voice.Join(ctx, view.Media.URL, view.Media.Token, voice.Options{Hz: v.Hz})
		if err != nil {
			v.Log.Warn("villager cannot talk", "page", v.Page, "error", err)
			return
		}
		v.ear = ear
	default:
		return
	}
	v.alive(ctx)
}

// stillTalks tells the kiosk again that voice flows, as its page does.
func (v *Villager) stillTalks(ctx context.Context) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ear != nil {
		v.alive(ctx)
	}
}

func (v *Villager) alive(ctx context.Context) {
	if err := v.post(ctx, "/api/media", map[string]any{"alive": v.ear != nil}); err != nil {
		v.Log.Warn("voice not told", "page", v.Page, "error", err)
	}
}

func (v *Villager) leave() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.ear != nil {
		v.ear.Leave()
	}
}

// watch follows the panel and comes back when the kiosk does.
func (v *Villager) watch(ctx context.Context, views chan<- panel.View) {
	for ctx.Err() == nil {
		if err := v.follow(ctx, views); err != nil && ctx.Err() == nil {
			v.Log.Debug("panel lost", "page", v.Page, "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (v *Villager) follow(ctx context.Context, views chan<- panel.View) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.Page+"/api/panel", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var view panel.View
		if err := json.Unmarshal([]byte(data), &view); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case views <- view:
		}
	}
	return lines.Err()
}

func (v *Villager) post(ctx context.Context, path string, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.Page+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", v.Page)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	return nil
}

package line

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"huying/cmd/villagesim/line/netspace"
	"huying/hub/view"
	"huying/terminal/panel"
)

const (
	page = "http://127.0.0.1:8370" // of each kiosk, on its own machine
	// finger is how long a finger stays on a key.
	finger = 100 * time.Millisecond
	// local bounds what happens on a kiosk's own machine.
	local = 20 * time.Second
)

// village is a terminal on its machine, and whoever stands before it.
type village struct {
	id      string
	point   view.Unit
	space   *netspace.Space
	folder  string
	program string
	proc    *process
	client  *http.Client
	pressed int // presses made; only its own trial counts

	mu      sync.Mutex
	view    panel.View
	changed chan struct{} // closed at each change of view
}

func (k *village) data() string { return filepath.Join(k.folder, "data") }

func (k *village) config() string { return filepath.Join(k.folder, "terminal.yaml") }

// settle writes the kiosk's settings and enrols it as somebody there would.
func (k *village) settle(ctx context.Context, home, last *site) error {
	if err := os.MkdirAll(k.folder, 0o755); err != nil {
		return err
	}
	err := write(k.config(), object{"kiosk": k.id, "point": k.point.Name, "township": home.unit.Name, "data_dir": k.data(),
		"home":         object{"site": home.unit.Code, "url": home.url(), "name": home.unit.Name},
		"last":         object{"site": last.unit.Code, "url": last.url(), "name": last.unit.Name},
		"panel_listen": strings.TrimPrefix(page, "http://"), "demo_keys": true, "rating": false})
	if err != nil {
		return err
	}
	admin := home.browser()
	if err := admin.SignIn(ctx, "admin", password); err != nil {
		return err
	}
	var code struct {
		Code string `json:"code"`
	}
	if err := admin.Do(ctx, http.MethodPost, "/api/points/"+k.id+"/enrolment", struct{}{}, &code); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, k.program, "--config", k.config(), "enrol", "--hub", home.url(), "--code", code.Code)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := k.space.Do(cmd.Run); err != nil {
		return fmt.Errorf("line: enrol %s: %w: %s", k.id, err, said.String())
	}
	return nil
}

// start runs the terminal and watches its page until ctx ends.
func (k *village) start(ctx context.Context) (err error) {
	k.changed, k.client = make(chan struct{}), k.space.Client(0)
	if k.proc, err = spawn(k.space, k.folder+".log", k.program, "run", "--config", k.config()); err != nil {
		return err
	}
	go func() {
		for ctx.Err() == nil {
			_ = k.watch(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	_, err = k.until(ctx, local, func(v panel.View) bool { return v.Seq > 0 })
	return err
}

// watch follows the page's stream of views.
func (k *village) watch(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page+"/api/panel", nil)
	if err != nil {
		return err
	}
	res, err := k.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		var v panel.View
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			return err
		}
		k.mu.Lock()
		k.view = v
		close(k.changed)
		k.changed = make(chan struct{})
		k.mu.Unlock()
	}
	return errors.New("the page's stream ended")
}

func (k *village) now() (panel.View, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.view, k.changed
}

// until waits for what the kiosk shows.
func (k *village) until(ctx context.Context, wait time.Duration, good func(panel.View) bool) (panel.View, error) {
	late := time.NewTimer(wait)
	defer late.Stop()
	for {
		v, changed := k.now()
		if good(v) {
			return v, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return v, ctx.Err()
		case <-k.proc.done:
			return v, fmt.Errorf("line: kiosk %s ended: %w", k.id, k.proc.lastWords())
		case <-late.C:
			return v, fmt.Errorf("line: kiosk %s still shows %+v after %v", k.id, v, wait)
		}
	}
}

// press puts a finger on a key and says when, and which call it opened.
func (k *village) press(ctx context.Context, key string) (at time.Time, call string, err error) {
	before, _ := k.now()
	at = time.Now()
	if err := k.touch(ctx, key, true); err != nil {
		return at, "", err
	}
	k.pressed++
	v, err := k.until(ctx, local, func(v panel.View) bool { return v.Call != "" && v.Call != before.Call })
	if err != nil {
		return at, "", err
	}
	select {
	case <-time.After(time.Until(at.Add(finger))):
	case <-ctx.Done():
	}
	return at, v.Call, k.touch(ctx, key, false)
}

func (k *village) touch(ctx context.Context, key string, down bool) error {
	body, err := json.Marshal(object{"key": key, "down": down})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, page+"/api/key", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", page)
	res, err := k.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("line: kiosk %s: key %s: %s", k.id, key, res.Status)
	}
	return nil
}

// over reports whether the kiosk knows that its call has ended.
func over(call string) func(panel.View) bool {
	return func(v panel.View) bool { return v.State == panel.Idle || v.Call != call || v.State == panel.Ended }
}

package packages

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// finger presses a kiosk's key again and again as a villager does: until the
// kiosk shows that it noticed. Each press must ring at the hub, where somebody
// ends the call at once.
type finger struct {
	t      *testing.T
	page   string
	office *office
	stop   context.CancelFunc
	done   sync.WaitGroup

	mu    sync.Mutex
	made  int           // presses that the kiosk showed to have noticed
	rung  int           // of those, at the hub
	deaf  time.Duration // the longest that a press had to be repeated
	ended error
}

// rest is between the end of a call and the next press; the kiosk must come to
// rest within, or nothing would ever be installed.
const rest = 6 * time.Second

func newFinger(t *testing.T, page string, o *office) *finger {
	ctx, stop := context.WithCancel(context.Background())
	f := &finger{t: t, page: page, office: o, stop: stop}
	f.done.Go(func() { f.ended = f.run(ctx) })
	t.Cleanup(f.rest)
	return f
}

// rest ends the pressing, after the call that is open.
func (f *finger) rest() { f.stop(); f.done.Wait() }

func (f *finger) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := f.once(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(rest):
		}
	}
	return nil
}

// once is one press, from the touch to the end of its call.
func (f *finger) once() error {
	touched := time.Now()
	for {
		if key(f.page, true) == nil && noticed(f.page) {
			break
		}
		if time.Since(touched) > patience {
			return errors.New("the kiosk is deaf")
		}
		time.Sleep(50 * time.Millisecond)
	}
	f.mu.Lock()
	f.made++
	f.deaf = max(f.deaf, time.Since(touched))
	f.mu.Unlock()
	_ = key(f.page, false)
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		ok, err := f.office.endCall()
		if ok {
			f.mu.Lock()
			f.rung++
			f.mu.Unlock()
			return f.settled()
		}
		if time.Now().After(end) {
			return fmt.Errorf("a press that the kiosk noticed does not ring: %w", err)
		}
	}
}

// settled waits until the kiosk knows that the call is over.
func (f *finger) settled() error {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if s, err := state(f.page); err == nil && s == "idle" {
			return nil
		}
	}
	return errors.New("the kiosk does not learn that its call is over")
}

func noticed(page string) bool {
	for range 20 {
		if s, err := state(page); err == nil && s != "idle" {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// key moves the page's green key: an urgent call ends only when somebody was
// heard, and nobody speaks here.
func key(page string, down bool) error {
	body, _ := json.Marshal(object{"key": "enquiry", "down": down})
	req, err := http.NewRequest(http.MethodPost, "http://"+page+"/api/key", bytes.NewReader(body)) //nolint:noctx // on this machine
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "http://"+page)
	res, err := quick.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return errors.New(res.Status)
	}
	return nil
}

// quick asks a page that may be gone at this moment.
var quick = &http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// state is what a page shows now.
func state(page string) (string, error) {
	res, err := quick.Get("http://" + page + "/api/panel") //nolint:noctx // on this machine
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		var v struct {
			State string `json:"state"`
		}
		err := json.Unmarshal([]byte(data), &v)
		return v.State, err
	}
	return "", errors.Join(errors.New("no view"), lines.Err())
}

// endCall ends the call that rings, if one does.
func (o *office) endCall() (bool, error) {
	var out struct {
		Calls []struct {
			ID, Kiosk, Phase string
			Stored           bool
		} `json:"calls"`
	}
	ctx := context.Background()
	if err := o.desk.Do(ctx, http.MethodGet, "/api/calls", nil, &out); err != nil {
		return false, err
	}
	for _, c := range out.Calls {
		if c.Kiosk != kiosk || c.Phase == "closed" || !c.Stored {
			continue
		}
		at := "/api/calls/" + c.ID
		// Somebody went there; what was done already when the hub was asked before is refused.
		_ = o.desk.Do(ctx, http.MethodPost, at+"/attended", object{"who": "李（虚构）", "note": "试验"}, nil)
		err := o.desk.Do(ctx, http.MethodPost, at+"/close", object{"disposition": "advice", "note": "试验"}, nil)
		return err == nil, err
	}
	return false, errors.New("no call rings")
}

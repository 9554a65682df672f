package screen

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sizes are those of the glass that is built in.
var sizes = [][2]int{{1024, 600}, {1920, 1080}}

// shown starts all there is and waits for the idle page.
func shown(t *testing.T, width, height int) (*wall, *picture) {
	t.Helper()
	w := hang(t, width, height)
	w.agentUp(false)
	w.light()
	began := time.Now()
	w.open()
	p := w.sees("the page comes", w.idle)
	took(t, fmt.Sprintf("from nothing to the page at %dx%d", width, height), began)
	return w, p
}

// TestThePageFillsTheGlass at both sizes: up to the edges, in Chinese, with
// no pointer although there is a mouse.
func TestThePageFillsTheGlass(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			w, p := shown(t, size[0], size[1])
			w.keep(p, t.Name())
			if err := p.glyphs(); err != nil {
				t.Error(err)
			}
			w.sandboxed()
			mouse := w.plug()
			for _, at := range [][2]int{{w.width / 6, w.height / 2}, {w.width * 5 / 6, w.height / 2}} {
				mouse.move(at[0], at[1])
				w.sees("a pointer is not", p.same)
			}
		})
	}
}

// sandboxed checks that Chromium has its sandbox: the page's process is in a
// name space of its own, filtered, and may gain nothing.
func (w *wall) sandboxed() {
	w.t.Helper()
	if odd := w.own("chromium", "--no-sandbox"); len(odd) > 0 {
		w.t.Error("Chromium runs without its sandbox")
	}
	for _, pid := range w.kinds("renderer") {
		status := w.status(pid)
		if !strings.Contains(status, "Seccomp:\t2") || !strings.Contains(status, "NoNewPrivs:\t1") {
			w.t.Errorf("the page's process is not filtered:\n%s", status)
		}
	}
}

// TestItComesBack from whatever dies or hangs.
func TestItComesBack(t *testing.T) {
	w, p := shown(t, sizes[0][0], sizes[0][1])
	back := func(what string, began time.Time) {
		t.Helper()
		w.sees("the page is back, and nothing else: "+what, func(q *picture) error {
			if err := w.idle(q); err != nil {
				return err
			}
			return p.same(q)
		})
		took(t, "back after "+what, began)
	}
	anew := func(old int) {
		t.Helper()
		w.until("the browser is another", func() error {
			if w.browser() == old {
				return fmt.Errorf("it is still %d", old)
			}
			return nil
		})
	}

	began, old := time.Now(), w.browser()
	must(t, syscall.Kill(old, syscall.SIGKILL))
	anew(old)
	back("the browser was killed", began)

	began = time.Now()
	dead := w.kinds("gpu-process")
	for _, pid := range dead {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	w.until("there is another GPU process", func() error {
		if now := w.kinds("gpu-process"); len(dead) == 0 || len(now) == 0 || now[0] == dead[0] {
			return fmt.Errorf("there are %v, there were %v", now, dead)
		}
		return nil
	})
	back("the GPU process was killed", began)

	began, old = time.Now(), w.browser()
	for _, pid := range w.kinds("renderer") {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	anew(old)
	back("the page crashed", began)

	began, old = time.Now(), w.browser()
	for _, pid := range w.kinds("renderer") {
		_ = syscall.Kill(pid, syscall.SIGSTOP)
	}
	anew(old)
	back("the page hung", began)

	began, old = time.Now(), w.browser()
	w.agent.end(syscall.SIGKILL)
	w.sees("telephone numbers, while there is no terminal", colour(alarm, 20))
	w.agentUp(true)
	w.sees("the page is back with the terminal", w.idle)
	took(t, "back after the terminal was killed", began)
	if w.browser() != old {
		t.Error("the browser was started anew because the terminal was")
	}
	w.pressed()
}

// pressed presses the red key and looks how soon the glass shows it.
func (w *wall) pressed() {
	w.t.Helper()
	began := time.Now()
	for _, down := range []bool{true, false} {
		body := fmt.Sprintf(`{"key":"urgent","down":%t}`, down)
		res, err := http.Post("http://"+w.page+"/api/key", "application/json", strings.NewReader(body)) //nolint:noctx // on this machine
		must(w.t, err)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusNoContent {
			w.t.Fatalf("the key: %s", res.Status)
		}
	}
	w.sees("the press", colour(wait, 20))
	took(w.t, "from a press to the glass, one look included", began)
}

// TestItWaitsForTheTerminal instead of showing the browser's own error page.
func TestItWaitsForTheTerminal(t *testing.T) {
	w := hang(t, sizes[0][0], sizes[0][1])
	w.agentUp(false)
	w.agent.end(syscall.SIGKILL) // now the page has an address, and nobody is there
	w.light()
	w.open()
	p := w.sees("the waiting page", func(p *picture) error {
		if s := p.share(paper, 0, 0, 100, 100); s < 80 || s > 98.5 {
			return fmt.Errorf("%.1f %% paper", s)
		}
		return nil
	})
	w.keep(p, t.Name())
	w.agentUp(false)
	w.sees("the page", w.idle)
}

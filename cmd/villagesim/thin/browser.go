package thin

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"huying/cmd/villagesim/line"
	"huying/cmd/villagesim/line/netspace"
)

//go:embed ear.js
var earScript string

// lookEvery is the pause between two looks at a page.
const lookEvery = 100 * time.Millisecond

// browser is a Chromium on a machine, with one page.
type browser struct {
	name string
	tool *devtools
	page string // session of its page
	ear  string // the script that the page is given before its own
	stop func()
}

// open starts a Chromium that speaks with a voice and shows nothing yet.
func open(ctx context.Context, c *line.County, on *netspace.Space, name string, speaks voice, origin string) (*browser, error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("thin: %w: apt-get install chromium", err)
	}
	folder := filepath.Join(c.Folder(), name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	sound := filepath.Join(folder, "voice.wav")
	if err := speaks.write(sound); err != nil {
		return nil, err
	}
	b := &browser{name: name}
	b.stop, err = c.Run(on, name, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
		"--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream",
		"--use-fake-device-for-media-stream=fps=10", "--use-file-for-fake-audio-capture="+sound,
		"--unsafely-treat-insecure-origin-as-secure="+origin, "--window-size=1024,600",
		"--user-data-dir="+folder, "--remote-debugging-port=0", "about:blank")
	if err != nil {
		return nil, err
	}
	if err := b.attach(ctx, on, filepath.Join(folder, "DevToolsActivePort")); err != nil {
		b.stop()
		return nil, fmt.Errorf("thin: the browser of %s: %w", name, err)
	}
	return b, nil
}

// attach finds the browser's DevTools, which it names in a file, and opens a page.
func (b *browser) attach(ctx context.Context, on *netspace.Space, file string) error {
	var port, path string
	err := until(ctx, 60*time.Second, func() (bool, error) {
		text, err := os.ReadFile(file)
		if err != nil {
			return false, nil // not yet
		}
		var ok bool
		port, path, ok = strings.Cut(strings.TrimSpace(string(text)), "\n")
		return ok, nil
	})
	if err != nil {
		return err
	}
	if b.tool, err = dialDevtools(ctx, "ws://127.0.0.1:"+port+path, on.Dial); err != nil {
		return err
	}
	var target struct {
		TargetID string `json:"targetId"`
	}
	if err := b.tool.ask(ctx, "", "Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var session struct {
		SessionID string `json:"sessionId"`
	}
	if err := b.tool.ask(ctx, "", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session); err != nil {
		return err
	}
	b.page = session.SessionID
	if err := b.tool.ask(ctx, b.page, "Page.enable", struct{}{}, nil); err != nil {
		return err
	}
	return b.tool.ask(ctx, b.page, "Page.setBypassCSP", map[string]any{"enabled": true}, nil)
}

// visit loads a page that listens for the other side's voice. A blind one does
// not learn how its connection is.
func (b *browser) visit(ctx context.Context, url string, hears voice, blind bool) error {
	if b.ear != "" {
		if err := b.tool.ask(ctx, b.page, "Page.removeScriptToEvaluateOnNewDocument", map[string]any{"identifier": b.ear}, nil); err != nil {
			return err
		}
	}
	notes, err := json.Marshal(hears)
	if err != nil {
		return err
	}
	var added struct{ Identifier string }
	source := fmt.Sprintf("%s(%s, %t)", strings.TrimSpace(earScript), notes, blind)
	if err := b.tool.ask(ctx, b.page, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": source}, &added); err != nil {
		return err
	}
	b.ear = added.Identifier
	return b.tool.ask(ctx, b.page, "Page.navigate", map[string]any{"url": url}, nil)
}

// eval runs an expression in the page, awaits its promise and decodes its value.
func (b *browser) eval(ctx context.Context, expression string, out any) error {
	var got struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	err := b.tool.ask(ctx, b.page, "Runtime.evaluate", map[string]any{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true}, &got)
	if err != nil {
		return err
	}
	if got.Exception != nil {
		return fmt.Errorf("thin: in the page of %s: %s", b.name, got.Exception.Exception.Description)
	}
	if out == nil || len(got.Result.Value) == 0 {
		return nil
	}
	return json.Unmarshal(got.Result.Value, out)
}

// await waits until an expression is true in the page. An expression that fails
// is asked again: pages come and go.
func (b *browser) await(ctx context.Context, what, expression string, within time.Duration) error {
	var last error
	err := until(ctx, within, func() (bool, error) {
		var good bool
		last = b.eval(ctx, "Boolean("+expression+")", &good)
		return good, nil
	})
	if err != nil {
		var text string
		_ = b.eval(ctx, "document.body.innerText", &text)
		return fmt.Errorf("thin: %s does not see %s: %w %w; the page says %q", b.name, what, err, last, text)
	}
	return nil
}

// click presses the first button whose words contain text.
func (b *browser) click(ctx context.Context, text string) error {
	button := fmt.Sprintf(`[...document.querySelectorAll('button')].find((b) => (b.getAttribute('aria-label') ?? b.innerText).includes(%q) && !b.disabled)`, text)
	if err := b.await(ctx, "the button "+text, button, 60*time.Second); err != nil {
		return err
	}
	return b.eval(ctx, button+".click()", nil)
}

// onDuty begins the shift, unless the page remembers that it had begun.
func (b *browser) onDuty(ctx context.Context) error {
	const start = "[...document.querySelectorAll('button')].find((b) => b.innerText.includes('开始值守'))"
	return b.await(ctx, "that somebody is on duty",
		"document.body.innerText.includes('值守中') || ("+start+"?.click(), false)", comeWait)
}

// until asks again and again.
func until(ctx context.Context, within time.Duration, good func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for {
		if ok, err := good(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %v: %w", within, ctx.Err())
		case <-time.After(lookEvery):
		}
	}
}

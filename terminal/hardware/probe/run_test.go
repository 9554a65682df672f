package probe

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/firmware-bridge/gpioline"
	"huying/firmware-bridge/survey"
	"huying/terminal/hardware"
)

// paper is what is printed; a test waits for words on it.
type paper struct {
	mu   sync.Mutex
	text strings.Builder
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}
func (p *paper) read() string { p.mu.Lock(); defer p.mu.Unlock(); return p.text.String() }

func (p *paper) until(t *testing.T, words string) {
	t.Helper()
	for began := time.Now(); !strings.Contains(p.read(), words); time.Sleep(time.Millisecond) { // another process's pace
		if time.Since(began) > 10*time.Second {
			t.Fatalf("within 10 s no %q in %s", words, p.read())
		}
	}
}

// root is a machine with one pedal that cannot be opened for long: a file.
func root(t *testing.T) survey.Root {
	t.Helper()
	top := t.TempDir()
	r := survey.Root{Dev: top + "/dev", Sys: top + "/sys"}
	for path, text := range map[string]string{
		r.Sys + "/class/input/event0/device/name":             "Pedal",
		r.Sys + "/class/input/event0/device/capabilities/key": "4000",
		r.Dev + "/input/event0":                               "",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestListEndsByItself(t *testing.T) {
	var p paper
	if err := Run(t.Context(), &p, Options{List: true, Root: root(t)}); err != nil || !strings.Contains(p.read(), "Pedal，1 个键") {
		t.Errorf("%v: %s", err, p.read())
	}
	if strings.Contains(p.read(), "看按键") {
		t.Error("it watches")
	}
}

func TestWatchingTellsOfWiredKeysUntilItIsStopped(t *testing.T) {
	var p paper
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		over <- Run(ctx, &p, Options{Root: root(t), Settings: hardware.Settings{Evdev: []hardware.Evdev{{Device: "/dev/input/by-id/none", Red: "28"}}}})
	}()
	p.until(t, "请按一下红键")
	p.until(t, "红键  读不到：/dev/input/by-id/none")
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func TestBlinkSaysWhatCannotBeLit(t *testing.T) {
	var p paper
	if err := Run(t.Context(), &p, Options{Blink: true, Root: root(t)}); err != nil || !strings.Contains(p.read(), "设置里没有灯") {
		t.Errorf("%v: %s", err, p.read())
	}
	ctx, stop := context.WithCancel(t.Context())
	over := make(chan error)
	go func() {
		over <- Run(ctx, &p, Options{Blink: true, Root: root(t), Settings: hardware.Settings{Lamps: hardware.Lamps{Chip: "none", Red: "L"}}})
	}()
	p.until(t, "红键灯（none:L） 亮（响） 不行")
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
}

func TestDriveSaysWhatIsNotThere(t *testing.T) {
	var p paper
	err := Run(t.Context(), &p, Options{Drive: []gpioline.Line{{Chip: "none", Name: "L"}}, Root: root(t)})
	if err != nil || !strings.Contains(p.read(), "none:L 闪三下 不行") {
		t.Errorf("%v: %s", err, p.read())
	}
}

func TestSettingsThatCannotWorkAreAnError(t *testing.T) {
	var p paper
	if err := Run(t.Context(), &p, Options{Root: root(t), Settings: hardware.Settings{MCU: hardware.MCU{Port: "ttyUSB0"}}}); err == nil {
		t.Error("no error")
	}
}

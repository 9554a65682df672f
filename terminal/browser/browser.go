// Package browser keeps the kiosk page on the screen: it starts Chromium in
// full screen, watches over the process and over the page in it, and starts
// both anew when one of them dies or hangs. Keys and lamps do not need it:
// they belong to the terminal, which is another process.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Times of the watch.
type Times struct {
	Look  time.Duration // between questions to the terminal
	Born  time.Duration // from the start of the browser to the page's first word
	Quiet time.Duration // after how long without a word of the page it is dead
	First time.Duration // pause before the browser is started anew; it doubles …
	Most  time.Duration // … up to this, and falls back once the page has lived for as long
}

// DefaultTimes: the page says each 5 s that it lives. A small board needs up
// to half a minute for a cold start of Chromium.
func DefaultTimes() Times {
	return Times{Look: 2 * time.Second, Born: time.Minute, Quiet: 20 * time.Second, First: time.Second, Most: 30 * time.Second}
}

// Config is what a Screen must know.
type Config struct {
	Program string   // Chromium
	Args    []string // further arguments
	Page    string   // http://127.0.0.1:port/ of the terminal's page
	Data    string   // folder of the browser's profile
	Times   Times
	Log     *slog.Logger
}

// Screen is a browser that is watched over.
type Screen struct {
	cfg  Config
	http http.Client
}

// New makes a Screen; Run starts it.
func New(cfg Config) *Screen {
	return &Screen{cfg: cfg, http: http.Client{Timeout: 5 * time.Second}}
}

// arguments are those of a browser that nobody sits at: full screen, sound
// without a first touch, no question, no translation, no update of its own.
func (s *Screen) arguments() []string {
	return append([]string{"--kiosk", "--autoplay-policy=no-user-gesture-required", "--user-data-dir=" + s.cfg.Data,
		"--no-first-run", "--no-default-browser-check", "--noerrdialogs", "--disable-infobars", "--disable-session-crashed-bubble",
		"--disable-features=Translate,MediaRouter", "--disable-component-update", "--disable-background-networking",
		"--disable-pinch", "--overscroll-history-navigation=0", "--password-store=basic", "--lang=zh-CN"},
		append(s.cfg.Args, s.cfg.Page)...)
}

// Run keeps the page on the screen until its context ends. It fails only where
// trying again is of no use: there is no such program.
func (s *Screen) Run(ctx context.Context) error {
	if _, err := exec.LookPath(s.cfg.Program); err != nil {
		return err
	}
	pause := s.cfg.Times.First
	for {
		began := time.Now()
		why := s.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > s.cfg.Times.Most {
			pause = s.cfg.Times.First
		}
		s.cfg.Log.Warn("browser is started anew", "why", why, "pause", pause.String())
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, s.cfg.Times.Most)
	}
}

// once runs the browser until it or its page dies, and says why.
func (s *Screen) once(ctx context.Context) string {
	cmd := exec.Command(s.cfg.Program, s.arguments()...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its helpers go with it
	if err := cmd.Start(); err != nil {
		return err.Error()
	}
	s.cfg.Log.Info("browser started", "pid", cmd.Process.Pid)
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	look := time.NewTicker(s.cfg.Times.Look)
	defer look.Stop()
	began := time.Now()
	for {
		select {
		case err := <-exited:
			s.sweep(cmd.Process.Pid)
			return errors.Join(errors.New("it ended"), err).Error()
		case <-ctx.Done():
			s.end(cmd.Process.Pid, exited)
			return "stopped"
		case <-look.C:
			if dead, why := s.dead(ctx, time.Since(began)); dead {
				s.sweep(cmd.Process.Pid)
				<-exited
				return why
			}
		}
	}
}

// dead asks the terminal when the page last said that it lives. A terminal
// that does not answer says nothing about the page.
func (s *Screen) dead(ctx context.Context, age time.Duration) (bool, string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.Page+"api/alive", nil)
	if err != nil {
		return false, ""
	}
	res, err := s.http.Do(req)
	if err != nil {
		return false, ""
	}
	defer res.Body.Close()
	var said struct {
		QuietMS *int64 `json:"quiet_ms"` // absent: no page has said anything yet
	}
	if json.NewDecoder(res.Body).Decode(&said) != nil {
		return false, ""
	}
	quiet := age
	if said.QuietMS != nil {
		quiet = min(quiet, time.Duration(*said.QuietMS)*time.Millisecond)
	}
	switch born := said.QuietMS != nil && quiet < age; {
	case !born && age >= s.cfg.Times.Born:
		return true, "the page never came"
	case born && quiet >= s.cfg.Times.Quiet:
		return true, "the page fell silent"
	}
	return false, ""
}

// sweep ends the browser and all its helpers at once.
func (s *Screen) sweep(group int) { _ = syscall.Kill(-group, syscall.SIGKILL) }

// end lets the browser close by itself first.
func (s *Screen) end(group int, exited <-chan error) {
	_ = syscall.Kill(-group, syscall.SIGTERM)
	select {
	case <-exited:
	case <-time.After(s.cfg.Times.First + 2*time.Second):
	}
	s.sweep(group)
}

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
	"path/filepath"
	"syscall"
	"time"
)

// Times of the watch.
type Times struct {
	Look  time.Duration // between questions to the terminal
	Await time.Duration // how long a browser is held back for a terminal that does not answer yet
	Born  time.Duration // from the start of the browser to the page's first word
	Quiet time.Duration // after how long without a word of the page it is dead
	First time.Duration // pause before the browser is started anew; it doubles …
	Most  time.Duration // … up to this, and falls back once the page has lived for as long
}

// DefaultTimes: the page says each 5 s that it lives. A small board needs up
// to half a minute for a cold start of Chromium.
func DefaultTimes() Times {
	return Times{Look: time.Second, Await: 3 * time.Second, Born: time.Minute, Quiet: 20 * time.Second,
		First: 250 * time.Millisecond, Most: 30 * time.Second}
}

// Config is what a Screen must know.
type Config struct {
	Program string   // Chromium
	Args    []string // further arguments
	Page    string   // http://127.0.0.1:port/ of the terminal's page
	Data    string   // folder of the browser's profile
	Spare   string   // folder in memory for when Data cannot be used; empty: none
	Env     []string // the browser's environment, "NAME=value", before what it needs of its own
	Times   Times
	Log     *slog.Logger
}

// Screen is a browser that is watched over.
type Screen struct {
	cfg  Config
	http http.Client
	lost int // browsers in a row that ended before their page came
}

// New makes a Screen; Run starts it.
func New(cfg Config) *Screen {
	return &Screen{cfg: cfg, http: http.Client{Timeout: 5 * time.Second}}
}

// unwanted are features of Chromium that would cost a small board memory,
// traffic and disk, or put something of their own over the page.
const unwanted = "Translate,MediaRouter,OptimizationHints,OptimizationGuideModelDownloading,OptimizationGuideOnDeviceModel," +
	"AutofillServerCommunication,PrivacySandboxSettings4,GlobalMediaControls"

// arguments are those of a browser that nobody sits at: full screen, sound
// without a first touch, no question, no bubble, no update of its own, small
// caches.
func (s *Screen) arguments(p profile, page string) []string {
	return append([]string{"--kiosk", "--autoplay-policy=no-user-gesture-required", "--user-data-dir=" + p.data(),
		"--no-first-run", "--no-default-browser-check", "--noerrdialogs", "--disable-infobars",
		"--disable-session-crashed-bubble", "--hide-crash-restore-bubble", "--disable-features=" + unwanted,
		"--disable-component-update", "--disable-background-networking", "--disable-sync", "--disable-breakpad",
		"--disk-cache-size=8388608", "--media-cache-size=8388608", "--disable-pinch", "--overscroll-history-navigation=0",
		"--password-store=basic", "--lang=zh-CN", "--remote-debugging-pipe"},
		append(s.cfg.Args, page)...)
}

// environment keeps all that the browser and its libraries write in its folder.
func (s *Screen) environment(p profile) []string {
	return append(s.cfg.Env, "HOME="+p.dir, "TMPDIR="+p.temp(), "XDG_CONFIG_HOME="+filepath.Join(p.dir, "config"),
		"XDG_CACHE_HOME="+filepath.Join(p.dir, "cache"), "LANGUAGE=zh_CN")
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
		if why == "" { // there is a terminal now
			continue
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

// tolerated is how many browsers in a row may end before their page came until
// their profile is taken to be the reason.
const tolerated = 2

// home finds a profile and makes it fit for a start.
func (s *Screen) home() profile {
	folders := []string{s.cfg.Data}
	if s.cfg.Spare != "" {
		folders = append(folders, s.cfg.Spare)
	}
	p := place(folders)
	if p.dir != s.cfg.Data {
		s.cfg.Log.Error("the browser's folder is full or cannot be written: what it keeps is lost when it ends", "folder", s.cfg.Data, "instead", p.dir)
	}
	if s.lost >= tolerated {
		s.cfg.Log.Warn("the browser's profile is thrown away", "folder", p.data(), "failed", s.lost)
		p.discard()
		s.lost = 0
	}
	if err := p.tidy(); err != nil {
		s.cfg.Log.Error("the browser's profile", "error", err.Error())
	}
	return p
}

// once runs the browser until it or its page dies, and says why. It says
// nothing if the browser only waited for a terminal, and now there is one.
func (s *Screen) once(ctx context.Context) string {
	page, waits := s.cfg.Page, false
	if !s.await(ctx) {
		page, waits = waitingPage(), true
	}
	p := s.home()
	cmd := exec.Command(s.cfg.Program, s.arguments(p, page)...)
	cmd.Stdout, cmd.Stderr, cmd.Env = os.Stderr, os.Stderr, s.environment(p)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its helpers go with it
	pipe, err := listen(cmd)
	if err != nil {
		return err.Error()
	}
	defer pipe.close()
	err = cmd.Start()
	pipe.started()
	if err != nil {
		return err.Error()
	}
	s.cfg.Log.Info("browser started", "pid", cmd.Process.Pid, "waits", waits)
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	v := newVigil(s.cfg.Times, time.Now())
	why := s.guard(ctx, cmd.Process.Pid, exited, pipe.crashed, v, waits)
	if v.born || waits {
		s.lost = 0
	} else {
		s.lost++
	}
	return why
}

// await gives a terminal that is just starting a little time.
func (s *Screen) await(ctx context.Context) bool {
	look := time.NewTicker(s.cfg.Times.Look)
	defer look.Stop()
	for end := time.Now().Add(s.cfg.Times.Await); ; {
		if s.ask(ctx).answered {
			return true
		}
		if time.Now().After(end) {
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-look.C:
		}
	}
}

// guard stays until the browser has ended, or has to end and did.
func (s *Screen) guard(ctx context.Context, pid int, exited <-chan error, crashed <-chan struct{}, v *vigil, waits bool) string {
	look := time.NewTicker(s.cfg.Times.Look)
	defer look.Stop()
	for {
		why := ""
		select {
		case err := <-exited:
			s.sweep(pid)
			return errors.Join(errors.New("it ended"), err).Error()
		case <-ctx.Done():
			s.end(pid, exited)
			return "stopped"
		case <-crashed:
			why = "the page crashed"
		case <-look.C:
			h := s.ask(ctx)
			if waits && h.answered {
				s.end(pid, exited)
				return ""
			}
			if !waits {
				why = v.judge(time.Now(), h)
			}
		}
		if why != "" {
			s.sweep(pid)
			<-exited
			return why
		}
	}
}

// ask asks the terminal when its page last said that it lives.
func (s *Screen) ask(ctx context.Context) heard {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.Page+"api/alive", nil)
	if err != nil {
		return heard{}
	}
	res, err := s.http.Do(req)
	if err != nil {
		return heard{}
	}
	defer res.Body.Close()
	var said struct {
		QuietMS *int64 `json:"quiet_ms"` // absent: no page has said anything yet
	}
	if json.NewDecoder(res.Body).Decode(&said) != nil {
		return heard{}
	}
	if said.QuietMS == nil {
		return heard{answered: true}
	}
	return heard{answered: true, spoke: true, quiet: time.Duration(*said.QuietMS) * time.Millisecond}
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

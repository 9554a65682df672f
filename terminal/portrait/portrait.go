// Package portrait shows the photo of who answers: it asks the hub whose
// person was granted, keeps what came, and serves it to the kiosk page. Nothing
// waits for it: a villager hears and sees the answer first, and the face when
// it is there.
package portrait

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Prefix begins the address of every photo on the panel.
const Prefix = "/photos/"

// Pauses before a hub that gave no good answer is asked again, while the
// person still answers.
const (
	firstPause = 2 * time.Second
	mostPause  = 30 * time.Second
)

// stopWait bounds how long Stop waits for a disk that hangs.
const stopWait = 2 * time.Second

// Of is whose photo is meant, and the hub that has it.
type Of struct {
	Site   string // code of the site whose person it is
	Person string // the person's id at that site
	URL    string // address of the site's hub, as in terminal.Site; empty: it cannot be asked
	Root   string // as terminal.Site.Root
}

// who names the person in the folder, by nothing that a hub could choose.
func (o Of) who() string {
	h := sha256.Sum256([]byte(o.Site + "\x00" + o.Person))
	return hex.EncodeToString(h[:16])
}

// Ask asks the hub for a photo; have is the entity tag of the one that is kept,
// or empty. Errors are ErrNone, ErrSame, or that nothing can be said.
type Ask func(ctx context.Context, of Of, have string) ([]byte, error)

// Config is what an Album needs.
type Config struct {
	Dir  string // the folder of the kept photos; it is made when the first comes
	Ask  Ask    // nil: nobody is asked, what is kept is shown
	News func() // a photo came or went: look again. Called by the album's goroutine
	Log  *slog.Logger
}

// Album gives photos of people who answer. Start it once.
type Album struct {
	cfg   Config
	shelf *shelf
	wake  chan struct{}

	mu    sync.Mutex
	want  Of                 // who answers now; zero: nobody
	leave context.CancelFunc // ends the work for want; nil: none is under way

	cancel context.CancelFunc
	once   sync.Once
	done   chan struct{} // closed when run has ended
}

// New makes an album that is not yet started.
func New(c Config) *Album {
	return &Album{cfg: c, shelf: newShelf(c.Dir, c.Log), wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// Start begins and returns; the disk is not waited for.
func (a *Album) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	go func() {
		defer close(a.done)
		a.run(ctx)
	}()
}

// Stop ends everything and waits, on a disk that hangs for 2 s. It may be
// called again, and also when the album was never started.
func (a *Album) Stop() {
	a.once.Do(func() {
		if a.cancel == nil {
			return
		}
		a.cancel()
		late := time.NewTimer(stopWait)
		defer late.Stop()
		select {
		case <-a.done:
		case <-late.C:
			a.cfg.Log.Error("the disk with the photos does not answer")
		}
	})
}

// Look says that this person answers, and gives the address on the panel of
// the photo that is known, or "". It never waits.
func (a *Album) Look(of Of) string {
	a.turn(of)
	if hash := a.shelf.hash(of.who()); hash != "" {
		return Prefix + hash
	}
	return ""
}

// Rest says that nobody answers.
func (a *Album) Rest() { a.turn(Of{}) }

func (a *Album) turn(of Of) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.want == of {
		return
	}
	a.want = of
	if a.leave != nil {
		a.leave()
	}
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

func (a *Album) run(ctx context.Context) {
	a.shelf.open(time.Now())
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.wake:
		}
		a.mu.Lock()
		of := a.want
		during, leave := context.WithCancel(ctx)
		a.leave = leave
		a.mu.Unlock()
		if of != (Of{}) {
			a.attend(during, of)
		}
		leave()
	}
}

// attend shows what is kept of somebody, and sees to it that it is what the hub
// has, until ctx ends.
func (a *Album) attend(ctx context.Context, of Of) {
	who := of.who()
	a.shelf.fresh(who)
	a.cfg.News() // which photos there are was perhaps not known when it was asked
	if a.cfg.Ask == nil || of.URL == "" {
		return
	}
	for pause := firstPause; ; pause = min(2*pause, mostPause) {
		err := a.ask(ctx, of, who)
		if err == nil || ctx.Err() != nil {
			return
		}
		if pause == firstPause {
			a.cfg.Log.Warn("no photo of who answers", "site", of.Site, "person", of.Person, "error", err.Error())
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
	}
}

func (a *Album) ask(ctx context.Context, of Of, who string) error {
	have := ""
	if hash := a.shelf.hash(who); hash != "" {
		have = `"` + hash + `"`
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	jpeg, err := a.cfg.Ask(limited, of, have)
	switch {
	case errors.Is(err, ErrSame):
		return nil
	case errors.Is(err, ErrNone):
		if a.shelf.drop(who) {
			a.cfg.News()
		}
		return nil
	case err != nil:
		return err
	}
	if a.shelf.put(who, jpeg) {
		a.cfg.News() // before the disk has it
		a.shelf.store(who, jpeg)
	}
	return nil
}

// ServeHTTP gives the page a photo; one that is not there any more is 404, and
// the page draws the post instead.
func (a *Album) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	jpeg, ok := a.shelf.get(strings.TrimPrefix(r.URL.Path, Prefix))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Cache-Control", "no-store") // a photo that was taken away must not stay in the browser
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(jpeg))
}

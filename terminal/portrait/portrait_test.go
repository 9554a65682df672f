package portrait

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"huying/internal/photo"
)

// face is a photo as hubs make them, of one colour.
func face(t testing.TB, shade uint8) []byte { return sized(t, shade, photo.Side) }

func sized(t testing.TB, shade uint8, side int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, side, side))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{shade}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	zhang = Of{Site: "361025105", Person: "zhang", URL: "ws://hub"}
	wang  = Of{Site: "361025", Person: "wang", URL: "ws://county"}
)

// hub is what an album asks, and what it heard.
type hub struct {
	mu     sync.Mutex
	photos map[Of][]byte
	err    error // instead
	asked  []string
	given  int
}

func (h *hub) ask(_ context.Context, of Of, have string) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, of.Person+have)
	p, ok := h.photos[of]
	switch {
	case h.err != nil:
		return nil, h.err
	case !ok:
		return nil, ErrNone
	case have == photo.Tag(p):
		return nil, ErrSame
	}
	h.given++
	return p, nil
}

func (h *hub) set(f func()) { h.mu.Lock(); defer h.mu.Unlock(); f() }

type world struct {
	*Album
	t    *testing.T
	hub  *hub
	mu   sync.Mutex
	news int
}

// open makes an album that runs, in a bubble of virtual time.
func open(t *testing.T, dir string, h *hub) *world {
	w := &world{t: t, hub: h}
	w.Album = New(Config{Dir: dir, Ask: h.ask, Log: slog.New(slog.DiscardHandler),
		News: func() { w.mu.Lock(); defer w.mu.Unlock(); w.news++ }})
	w.Start()
	synctest.Wait()
	return w
}

// shows expects that the kiosk is shown this photo of somebody; nil is none.
func (w *world) shows(of Of, want []byte) {
	w.t.Helper()
	synctest.Wait()
	path := w.Look(of)
	if want == nil {
		if path != "" {
			w.t.Errorf("%s has the photo %s", of.Person, path)
		}
		return
	}
	if path != Prefix+sum(want) {
		w.t.Fatalf("the photo of %s is at %q", of.Person, path)
	}
	if code, got := w.get(path); code != 200 || !bytes.Equal(got, want) {
		w.t.Fatalf("%s gives %d and %d octets", path, code, len(got))
	}
}

func (w *world) get(path string) (int, []byte) {
	r := httptest.NewRecorder()
	w.ServeHTTP(r, httptest.NewRequest(http.MethodGet, path, nil))
	return r.Code, r.Body.Bytes()
}

func (w *world) told() int { w.mu.Lock(); defer w.mu.Unlock(); return w.news }

func TestTheFaceComesAfterTheAnswerAndStays(t *testing.T) {
	dir, first, second := filepath.Join(t.TempDir(), "photos"), face(t, 10), face(t, 200)
	synctest.Test(t, func(t *testing.T) {
		h := &hub{photos: map[Of][]byte{zhang: first}}
		w := open(t, dir, h)
		if w.Look(zhang) != "" {
			t.Error("a photo from nowhere")
		}
		w.shows(zhang, first)
		if w.told() < 2 {
			t.Errorf("told %d times", w.told())
		}
		w.shows(wang, nil)
		w.Rest()
		h.set(func() { h.photos[zhang] = second })
		if w.Look(zhang) != Prefix+sum(first) {
			t.Error("what is known is not shown at once")
		}
		w.shows(zhang, second)
		w.Rest()
		synctest.Wait()
		w.shows(zhang, second)
		w.Stop()
		w.Stop()

		h.set(func() { h.err = errors.New("no line") })
		w = open(t, dir, h) // another start of the terminal, without a line
		if w.Look(zhang) != Prefix+sum(second) {
			t.Error("after a start what is known is not shown at once")
		}
		w.shows(zhang, second)
		h.set(func() { h.err = nil; delete(h.photos, zhang) })
		w.Rest()
		synctest.Wait()
		w.Look(zhang)
		w.shows(zhang, nil)
		w.Stop()
		if h.given != 2 {
			t.Errorf("%d photos were sent, of %v", h.given, h.asked)
		}
	})
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("a photo that was taken away is still on the disk: %v", left)
	}
}

func TestAHubThatFailsIsAskedAgainWhileThePersonAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hub{photos: map[Of][]byte{zhang: face(t, 10)}, err: errors.New("away")}
		w := open(t, t.TempDir(), h)
		defer w.Stop()
		w.Look(zhang)
		time.Sleep(7 * time.Second) // asked at 0, 2 and 6 s
		synctest.Wait()
		if len(h.asked) != 3 {
			t.Errorf("asked %v", h.asked)
		}
		w.Rest()
		time.Sleep(time.Hour)
		if len(h.asked) != 3 {
			t.Errorf("nobody answers, and asked %v", h.asked)
		}
		w.Look(zhang)
		synctest.Wait()
		h.set(func() { h.err = nil })
		time.Sleep(2 * time.Second)
		w.shows(zhang, h.photos[zhang])
	})
}

func TestTornAndDeletedFilesAreNoPhotos(t *testing.T) {
	dir, good := t.TempDir(), face(t, 10)
	whole := filepath.Join(dir, zhang.who()+"-"+sum(good)+".jpg")
	for name, harm := range map[string]func() error{
		"torn":     func() error { return os.Truncate(whole, 100) },
		"empty":    func() error { return os.Truncate(whole, 0) },
		"foreign":  func() error { return os.WriteFile(whole, face(t, 11), 0o600) },
		"too long": func() error { return os.Truncate(whole, 1<<30) },
		"deleted":  func() error { return os.Remove(whole) },
		"a folder": func() error { return errors.Join(os.Remove(whole), os.Mkdir(whole, 0o700)) },
	} {
		synctest.Test(t, func(t *testing.T) {
			if err := errors.Join(os.RemoveAll(whole), os.WriteFile(whole, good, 0o600)); err != nil {
				t.Fatal(err)
			}
			h := &hub{err: errors.New("no line"), photos: map[Of][]byte{zhang: good}}
			w := open(t, dir, h)
			defer w.Stop()
			if err := harm(); err != nil {
				t.Fatal(err)
			}
			if code, _ := w.get(Prefix + sum(good)); code != http.StatusNotFound {
				t.Errorf("%s: %d", name, code)
			}
			w.shows(zhang, nil)
			h.set(func() { h.err = nil })
			time.Sleep(firstPause)
			w.shows(zhang, good)
		})
	}
}

func TestADiskThatTakesNothingIsNoHindrance(t *testing.T) {
	file := filepath.Join(t.TempDir(), "photos")
	if err := os.WriteFile(file, nil, 0o600); err != nil { // where the folder should be
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := &hub{photos: map[Of][]byte{}}
		w := open(t, file, h)
		defer w.Stop()
		for i := range 3 * mostLoose {
			of := Of{Site: "s", Person: string(rune('a' + i)), URL: "ws://hub"}
			h.set(func() { h.photos[of] = face(t, uint8(10*i)) })
			w.Look(of)
			w.shows(of, h.photos[of])
		}
		if n, m := len(w.shelf.loose), len(w.shelf.photos); n != mostLoose || m != mostLoose {
			t.Errorf("%d photos in memory, %d known", n, m)
		}
	})
}

func TestTheFolderIsBounded(t *testing.T) {
	dir := t.TempDir()
	put := func(person string, size int) Of {
		of := Of{Site: "s", Person: person}
		data := bytes.Repeat([]byte{1}, size)
		if err := os.WriteFile(filepath.Join(dir, of.who()+"-"+sum([]byte(person))+".jpg"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		return of
	}
	for i := range mostPhotos + 50 {
		put(string(rune(0x4E00+i)), 10)
	}
	torn := filepath.Join(dir, ".x.jpg-123")
	if err := os.WriteFile(torn, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := newShelf(dir, slog.New(slog.DiscardHandler))
	s.open(time.Now())
	if left, _ := os.ReadDir(dir); len(left) != mostPhotos || len(s.photos) != mostPhotos {
		t.Errorf("%d files, %d known", len(left), len(s.photos))
	}
	big := put("big", mostOctets)
	s = newShelf(dir, slog.New(slog.DiscardHandler))
	s.open(time.Now())
	if s.hash(big.who()) == "" {
		t.Error("the newest was pushed out")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files beside 20 MB", len(left)-1)
	}
}

func TestTheLeastRecentlyShownGoesFirst(t *testing.T) {
	s := newShelf(t.TempDir(), slog.New(slog.DiscardHandler))
	for i := range mostPhotos {
		s.enter(string(rune('a'+i)), kept{hash: "h", size: 1})
	}
	s.hash("a") // shown
	s.enter("new", kept{hash: "h", size: 1})
	if s.hash("a") == "" || s.hash("b") != "" {
		t.Error("the wrong one went")
	}
}

func TestWhoLeftIsForgotten(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	dead := Of{Site: "s", Person: "dead"}
	for who, age := range map[Of]time.Duration{zhang: mostAge - time.Hour, wang: mostAge + time.Hour, dead: now.Sub(time.Unix(0, 0))} {
		name := filepath.Join(dir, who.who()+"-"+sum(nil)+".jpg")
		if err := errors.Join(os.WriteFile(name, nil, 0o600), os.Chtimes(name, now.Add(-age), now.Add(-age))); err != nil {
			t.Fatal(err)
		}
	}
	s := newShelf(dir, slog.New(slog.DiscardHandler))
	s.open(now)
	if left, _ := os.ReadDir(dir); len(left) != 2 || s.hash(zhang.who()) == "" || s.hash(dead.who()) == "" {
		t.Errorf("left are %v", left)
	}
	s.open(time.Unix(0, 0)) // a dead clock
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("a dead clock left %v", left)
	}
}

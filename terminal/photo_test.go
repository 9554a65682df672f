package terminal

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	"huying/internal/wire"
	"huying/terminal/panel"
	"huying/terminal/portrait"
)

// openWith is a village whose album asks so.
func openWith(t *testing.T, dir string, ask portrait.Ask) *village {
	t.Helper()
	v := prepare(t, &disk{})
	v.term.album = portrait.New(portrait.Config{Dir: dir, Ask: ask, News: func() { v.term.tell(photoNews{}) }, Log: slog.New(slog.DiscardHandler)})
	if err := v.term.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.home.up()
	return v
}

// answered presses green and lets the operator answer; the page's view is what
// came of it.
func (v *village) answered() panel.View {
	v.t.Helper()
	v.home.take()
	v.press(input.Green)
	v.home.say(wire.Claim{Call: v.pressed(v.home.take()), Site: home, Person: operator})
	return v.page.now()
}

func TestTheAnswerNeverWaitsForTheFace(t *testing.T) {
	var face bytes.Buffer
	if err := jpeg.Encode(&face, image.NewGray(image.Rect(0, 0, 512, 512)), nil); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		come, asked := make(chan struct{}), portrait.Of{}
		v := openWith(t, dir, func(ctx context.Context, of portrait.Of, _ string) ([]byte, error) {
			asked = of
			select {
			case <-come:
				return face.Bytes(), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})
		p := v.answered()
		if p.State != panel.Answered || p.Answerer.Name != "张三" || p.Answerer.Post != "接线员" || p.Answerer.Photo != "" {
			t.Errorf("shown %+v while the hub says nothing of the photo", p.Answerer)
		}
		if asked != (portrait.Of{Site: string(home), Person: "zhang", URL: "ws://127.0.0.1:1"}) {
			t.Errorf("asked for %+v", asked)
		}
		if p.Say == nil || len(p.Say.Prompts) != 1 || p.Say.Prompts[0] != "answerer/operator" {
			t.Errorf("said %+v, want the post", p.Say)
		}
		v.wait(5 * time.Second)
		if p := v.page.now(); p.State != panel.Answered || p.Answerer.Photo != "" {
			t.Errorf("shown %+v", p.Answerer)
		}
		close(come)
		if p = v.page.now(); !strings.HasPrefix(p.Answerer.Photo, portrait.Prefix) {
			t.Fatalf("shown %+v when the photo came", p.Answerer)
		}
		w := httptest.NewRecorder()
		v.term.album.ServeHTTP(w, httptest.NewRequest(http.MethodGet, p.Answerer.Photo, nil))
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), face.Bytes()) {
			t.Errorf("the page gets %d", w.Code)
		}
		v.term.Stop()

		v = openWith(t, dir, nil) // another start, and no hub
		defer v.term.Stop()
		synctest.Wait()
		if again := v.answered(); again.Answerer.Photo != p.Answerer.Photo {
			t.Errorf("a known face is not there at once: %+v", again.Answerer)
		}
	})
}

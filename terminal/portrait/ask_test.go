package portrait

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"huying/internal/photo"
)

type signer struct{}

func (signer) SignPhoto(kiosk, site, person string) []byte { return photo.Text(kiosk, site, person) }

func plain(string, string) (*tls.Config, error) { return nil, nil }

// asked asks a hub that answers so.
func asked(t *testing.T, ctx context.Context, of Of, have string, answer http.HandlerFunc) ([]byte, error) {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	of.URL = "ws" + strings.TrimPrefix(server.URL, "http") // as settings have it
	return AskHubs("k-1", signer{}, plain)(ctx, of, have)
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = io.WriteString(w, body) }
}

func TestAPhotoIsAskedForInTheKiosksName(t *testing.T) {
	want := face(t, 10)
	got, err := asked(t, t.Context(), zhang, `"x"`, func(w http.ResponseWriter, r *http.Request) {
		const signature = "aHV5aW5nLXBob3RvCmstMQozNjEwMjUxMDUKemhhbmc=" // the text itself, in base64
		if r.URL.Path != "/api/kiosk/photo/zhang" || r.Header.Get("If-None-Match") != `"x"` ||
			r.Header.Get("Huying-Kiosk") != "k-1" || r.Header.Get("Huying-Signature") != signature {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
		_, _ = w.Write(want)
	})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d octets, %v", len(got), err)
	}
}

func TestNonsenseIsNoPhoto(t *testing.T) {
	good := face(t, 10)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error // nil: any but the two
	}{
		"none":             {says(404, `{"code":"no_photo"}`), ErrNone},
		"the same":         {says(304, ""), ErrSame},
		"an old hub":       {says(404, `{"code":"unknown_path"}`), nil},
		"a proxy's 404":    {says(404, "<html>not found"), nil},
		"not proven":       {says(403, `{"code":"unproven_kiosk"}`), nil},
		"HTML":             {says(200, "<html><script>alert(1)</script>"), nil},
		"empty":            {says(200, ""), nil},
		"half":             {says(200, string(good[:len(good)/2])), nil},
		"only a head":      {says(200, string(good[:200])), nil},
		"another size":     {says(200, string(sized(t, 10, photo.Side+1))), nil},
		"a photo and more": {says(200, string(good)+strings.Repeat("x", photo.MaxBytes)), nil},
		"sent elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				_, _ = w.Write(good)
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		}, nil},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "90000")
			_, _ = w.Write(good)
		}, nil},
	} {
		got, err := asked(t, t.Context(), zhang, "", c.answer)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || c.want == nil && (errors.Is(err, ErrNone) || errors.Is(err, ErrSame)) {
			t.Errorf("%s: %d octets, %v", name, len(got), err)
		}
	}
}

func TestAFloodIsCutOff(t *testing.T) {
	sent := make(chan int, 1)
	_, err := asked(t, t.Context(), zhang, "", func(w http.ResponseWriter, _ *http.Request) {
		n := 0
		for chunk := make([]byte, 64<<10); n < 50<<20; n += len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				break
			}
		}
		sent <- n
	})
	if n := <-sent; err == nil || n >= 50<<20 {
		t.Errorf("%d octets were taken: %v", n, err)
	}
}

func TestADripEndsWithTheWait(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := asked(t, ctx, zhang, "", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte{0xFF})
		_ = http.NewResponseController(w).Flush()
		cancel() // what the album's deadline does
		<-r.Context().Done()
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// The album gives up a hub that takes forever, and asks again.
func TestAnAskHasADeadline(t *testing.T) {
	left := make(chan time.Duration, 1)
	a := New(Config{Ask: func(ctx context.Context, _ Of, _ string) ([]byte, error) {
		at, _ := ctx.Deadline()
		left <- time.Until(at)
		return nil, ErrNone
	}, News: func() {}})
	a.Start()
	defer a.Stop()
	a.Look(zhang)
	if d := <-left; d <= 0 || d > patience {
		t.Errorf("%v to answer", d)
	}
}

func TestOnlyIdsAreAskedFor(t *testing.T) {
	for _, id := range []string{"", "..", "../session", "a/b", "a?b", "张三", strings.Repeat("a", 41)} {
		of := Of{Site: "s", Person: id, URL: "ws://hub"}
		if at, err := address(of); err == nil {
			t.Errorf("%q: %s", id, at)
		}
	}
	if at, err := address(Of{Person: "a-1_B", URL: "wss://hub:8443/base"}); err != nil || at != "https://hub:8443/base/api/kiosk/photo/a-1_B" {
		t.Errorf("%s %v", at, err)
	}
}

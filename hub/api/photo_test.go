package api_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	form "huying/internal/photo"
)

// somePicture is a file that needs no scaling, all blue.
var somePicture = picture(color.RGBA{0x10, 0x10, 0xE0, 0xFF})

func picture(c color.Color) string {
	m := image.NewRGBA(image.Rect(0, 0, form.Side, form.Side))
	draw.Draw(m, m.Bounds(), image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		panic(err)
	}
	return b.String()
}

// shows expects a photo of that colour and gives its tag.
func shows(t *testing.T, w *httptest.ResponseRecorder, blue bool) string {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatalf("%v in %d %.100s", err, w.Code, w.Body)
	}
	r, _, b, _ := m.At(256, 256).RGBA()
	if m.Bounds().Dx() != form.Side || m.Bounds().Dy() != form.Side || (b > r) != blue {
		t.Fatalf("a picture of %v, red %x, blue %x", m.Bounds(), r, b)
	}
	h := w.Header()
	if h.Get("Content-Type") != "image/jpeg" || h.Get("Cache-Control") != "private, no-cache" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("headers %v", h)
	}
	if tag := h.Get("ETag"); tag == form.Tag(w.Body.Bytes()) {
		return tag
	}
	t.Fatalf("tag %s", h.Get("ETag"))
	return ""
}

func TestAPhotoIsGivenShownAndTakenAway(t *testing.T) {
	site := open(t)
	operator, cadre := site.signedIn("operator"), site.signedIn("cadre")
	const own, of = "/api/session/photo", "/api/people/id-operator/photo"
	operator.expect(204, "GET", own, "")
	cadre.refused(404, "no_photo", "GET", of, "")
	operator.header.Set("Content-Type", "text/plain") // what a browser calls a file does not count
	operator.expect(204, "PUT", own, somePicture)
	tag := shows(t, operator.expect(200, "GET", own, ""), true)
	if again := shows(t, cadre.expect(200, "GET", of, ""), true); again != tag {
		t.Error("a colleague sees another photo")
	}
	cadre.header.Set("If-None-Match", tag)
	if w := cadre.expect(304, "GET", of, ""); w.Body.Len() != 0 || w.Header().Get("ETag") != tag {
		t.Errorf("304 with %d octets, %v", w.Body.Len(), w.Header())
	}
	operator.expect(204, "PUT", own, picture(color.RGBA{0xE0, 0x10, 0x10, 0xFF}))
	shows(t, cadre.expect(200, "GET", of, ""), false)
	cadre.expect(204, "GET", own, "") // one's own is one's own
	if p := operator.refused(422, "bad_photo", "PUT", own, "<html>"); !strings.Contains(p.Detail, "不是照片") {
		t.Error(p.Detail)
	}
	if p := operator.refused(413, "body_too_large", "PUT", own, somePicture+strings.Repeat("x", 10<<20)); !strings.Contains(p.Detail, "10 MB") {
		t.Error(p.Detail)
	}
	shows(t, cadre.expect(200, "GET", of, ""), false) // what was refused changed nothing
	operator.expect(204, "DELETE", own, "")
	operator.expect(204, "DELETE", own, "")
	operator.expect(204, "GET", own, "")
	if strings.Contains(site.log.String(), "JFIF") || !strings.Contains(site.log.String(), "photo removed") {
		t.Error("the log:", site.log.String())
	}
}

func TestAnAdministratorSeesToPhotosOfTheUnit(t *testing.T) {
	site := open(t)
	admin, foreign := site.signedIn("administrator"), site.signedIn("foreign-admin")
	for account, status := range map[string]int{"operator": 204, "village": 204, "foreign": 403, "supervisor": 403, "nobody": 404} {
		path := "/api/people/id-" + account + "/photo"
		admin.expect(status, "PUT", path, somePicture)
		admin.expect(status, "DELETE", path, "")
	}
	admin.expect(204, "PUT", "/api/people/id-operator/photo", somePicture)
	foreign.refused(403, "foreign_unit", "DELETE", "/api/people/id-operator/photo", "")
	site.signedIn("village").refused(403, "not_allowed", "DELETE", "/api/people/id-operator/photo", "")
	p, err := site.store.Photo(t.Context(), "id-operator")
	must(t, err)
	if p.GivenBy != "id-administrator" {
		t.Error("given by", p.GivenBy)
	}
}

// kioskAsks asks as a kiosk does; seen is what it shows over TLS, nil is without.
func (s *site) kioskAsks(kiosk, person, have string, signature []byte, seen *tls.ConnectionState) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://hub.test"+form.Path(person), nil)
	r.Header.Set(form.KioskHeader, kiosk)
	r.Header.Set(form.SignatureHeader, base64.StdEncoding.EncodeToString(signature))
	if have != "" {
		r.Header.Set("If-None-Match", have)
	}
	r.TLS = seen
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func TestOnlyEnrolledKiosksSeePhotos(t *testing.T) {
	site := open(t)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	site.signedIn("operator").expect(204, "PUT", "/api/session/photo", somePicture)
	sign := func(key ed25519.PrivateKey, kiosk, unit, person string) []byte {
		return ed25519.Sign(key, form.Text(kiosk, unit, person))
	}
	good := sign(private, liukeng, "361025105", "id-operator")
	shown := func(key ed25519.PrivateKey) *tls.ConnectionState {
		return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{PublicKey: key.Public()}}}
	}
	problem(t, site.kioskAsks(liukeng, "id-operator", "", good, nil), "unproven_kiosk") // it has no key yet

	k, err := site.store.Kiosk(t.Context(), liukeng)
	must(t, err)
	k.PublicKey, k.EnrolledAt = public, time.Now()
	must(t, site.store.PutKiosk(t.Context(), k))
	tag := shows(t, site.kioskAsks(liukeng, "id-operator", "", good, nil), true)
	shows(t, site.kioskAsks(liukeng, "id-operator", "", nil, shown(private)), true)
	if w := site.kioskAsks(liukeng, "id-operator", tag, good, nil); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("it has it: %d", w.Code)
	}
	for _, who := range []string{"id-cadre", "nobody"} {
		problem(t, site.kioskAsks(liukeng, who, "", sign(private, liukeng, "361025105", who), nil), "no_photo")
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"no signature":       site.kioskAsks(liukeng, "id-operator", "", nil, nil),
		"another's key":      site.kioskAsks(liukeng, "id-operator", "", sign(stranger, liukeng, "361025105", "id-operator"), nil),
		"for another hub":    site.kioskAsks(liukeng, "id-operator", "", sign(private, liukeng, "361025106", "id-operator"), nil),
		"for another person": site.kioskAsks(liukeng, "id-operator", "", sign(private, liukeng, "361025105", "id-cadre"), nil),
		"unknown kiosk":      site.kioskAsks("361025105207-9", "id-operator", "", sign(private, "361025105207-9", "361025105", "id-operator"), nil),
		"no certificate":     site.kioskAsks(liukeng, "id-operator", "", good, &tls.ConnectionState{}),
		"other certificate":  site.kioskAsks(liukeng, "id-operator", "", good, shown(stranger)),
	} {
		if w.Code != 403 {
			t.Errorf("%s: %d", name, w.Code)
			continue
		}
		problem(t, w, "unproven_kiosk")
	}
	must(t, site.store.RevokeKiosk(t.Context(), liukeng))
	problem(t, site.kioskAsks(liukeng, "id-operator", "", good, nil), "unproven_kiosk")
	problem(t, site.kioskAsks(liukeng, "id-operator", "", nil, shown(private)), "unproven_kiosk")
}

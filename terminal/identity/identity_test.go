package identity_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huying/internal/call"
	"huying/internal/wire"
	"huying/terminal/identity"
)

func TestKeyStaysTheSameAndPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := identity.Load(dir); !errors.Is(err, identity.ErrNone) {
		t.Fatalf("a folder without a key gives %v", err)
	}
	a, err := identity.LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	b, err := identity.LoadOrCreate(dir)
	if err != nil || a.Public() != b.Public() {
		t.Fatalf("the key changed: %v", err)
	}
	path := filepath.Join(dir, "identity.key")
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Load(dir); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read gives %v", err)
	}
	if err := errors.Join(os.WriteFile(path, []byte("torn"), 0o600), os.Chmod(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.LoadOrCreate(dir); err == nil || !strings.Contains(err.Error(), "已损坏") {
		t.Errorf("a damaged key gives %v; it must not be replaced in silence", err)
	}
}

func TestSignaturesHold(t *testing.T) {
	id, err := identity.LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	public, _ := base64.StdEncoding.DecodeString(id.Public())
	press := call.PressID{Kiosk: "k-1", Mark: call.Mark{Boot: 1, Seq: 2}}
	sig := id.SignPress(press, press, call.Urgent, call.ForHelp)
	if !ed25519.Verify(public, wire.PressText(press, press, call.Urgent, call.ForHelp), sig) {
		t.Error("a press cannot be verified")
	}
	if ed25519.Verify(public, wire.PressText(press, press, call.Enquiry, call.ForHelp), sig) {
		t.Error("the signature does not bind the key")
	}
	nonce := []byte("0123456789abcdef")
	if !ed25519.Verify(public, wire.HelloText(nonce, "k-1"), id.SignHello(nonce, "k-1")) {
		t.Error("a hello cannot be verified")
	}
}

// fakeHub takes one code once, as a hub does.
func fakeHub(t *testing.T, code string) *httptest.Server {
	used := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Code      string `json:"code"`
			PublicKey string `json:"public_key"`
		}
		_ = json.NewDecoder(r.Body).Decode(&in)
		key, _ := base64.StdEncoding.DecodeString(in.PublicKey)
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path != "/api/enrol" || in.Code != code || used || len(key) != ed25519.PublicKeySize {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"detail":"登记码不对或已用过，请向管理员索取新的。","code":"bad_code"}`))
			return
		}
		used = true
		_, _ = w.Write([]byte(`{"kiosk":"361025105207-1","point":{"code":"361025105207","name":"流坑村"},
			"township":{"code":"361025105","name":"牛田镇"},"site":{"code":"361025105","name":"牛田镇"}}`))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestEnrolKeepsWhatTheHubSaid(t *testing.T) {
	hub, dir := fakeHub(t, "A3KM-79XQ"), t.TempDir()
	if _, err := identity.Enrolled(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("before enrolment: %v", err)
	}
	if _, err := identity.Enrol(t.Context(), dir, hub.URL, "AAAA-AAAA"); err == nil || !strings.Contains(err.Error(), "登记码不对") {
		t.Fatalf("a wrong code gives %v", err)
	}
	e, err := identity.Enrol(t.Context(), dir, hub.URL, " A3KM-79XQ ")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := identity.Enrolled(dir)
	if err != nil || kept != e || kept.URL != hub.URL || kept.Point.Name != "流坑村" {
		t.Fatalf("kept %+v (%v), told %+v", kept, err, e)
	}
	was, err := identity.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Enrol(t.Context(), dir, hub.URL, "A3KM-79XQ"); err == nil {
		t.Error("a used code is taken")
	}
	if again, err := identity.Enrolled(dir); err != nil || again != e {
		t.Errorf("a refused enrolment changed what was kept: %+v %v", again, err)
	}
	if now, err := identity.Load(dir); err != nil || now.Public() != was.Public() {
		t.Errorf("a refused enrolment took the key away: %v", err)
	}
	if _, err := identity.Enrol(t.Context(), dir, fakeHub(t, "AAAA-AAAA").URL, "AAAA-AAAA"); err != nil {
		t.Fatal(err)
	}
	if now, err := identity.Load(dir); err != nil || now.Public() == was.Public() {
		t.Errorf("a key that may be revoked was registered again: %v", err)
	}
}

func TestEnrolNamesTheRemedy(t *testing.T) {
	dir := t.TempDir()
	for hub, want := range map[string]string{
		"":                   "站点地址",
		"ftp://x":            "站点地址",
		"http://127.0.0.1:1": "连不上",
	} {
		if _, err := identity.Enrol(t.Context(), dir, hub, "A3KM-79XQ"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want %q", hub, err, want)
		}
	}
	if _, err := identity.Enrol(t.Context(), dir, "http://127.0.0.1:1", " "); err == nil || !strings.Contains(err.Error(), "登记码") {
		t.Errorf("no code gives %v", err)
	}
}

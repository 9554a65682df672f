package authority_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"huying/hub/authority"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// shelf keeps the first that it is offered.
type shelf struct {
	mu   sync.Mutex
	kept *authority.Kept
	err  error
}

func (s *shelf) KeepAuthority(_ context.Context, k authority.Kept) (authority.Kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept = &k
	}
	return *s.kept, s.err
}

func open(t *testing.T, s *shelf) *authority.Authority {
	t.Helper()
	a, err := authority.Open(t.Context(), s, "牛田镇", noon)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheRootIsMadeOnce(t *testing.T) {
	s := &shelf{}
	a, b := open(t, s), open(t, s)
	if !a.Root().Equal(b.Root()) {
		t.Fatal("the second hub on the store has another root")
	}
	r := a.Root()
	key, ok := r.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() || !r.IsCA || !r.MaxPathLenZero || r.NotAfter.Sub(noon) != authority.RootLife {
		t.Fatalf("root: %T, authority %v, until %v", r.PublicKey, r.IsCA, r.NotAfter)
	}
	if block, _ := pem.Decode(a.RootPEM()); block == nil || string(block.Bytes) != string(r.Raw) {
		t.Fatal("the PEM is another certificate")
	}
	other := open(t, &shelf{})
	s.kept.Root = other.Root().Raw
	if _, err := authority.Open(t.Context(), s, "牛田镇", noon); err == nil {
		t.Fatal("a key with another's root was taken")
	}
	if _, err := authority.Open(t.Context(), &shelf{err: errors.New("away")}, "", noon); err == nil {
		t.Fatal("a store that is away made a root that nobody keeps")
	}
}

func request(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestAKioskGetsACertificateForItsRegisteredKeyOnly(t *testing.T) {
	a := open(t, &shelf{})
	public, private, _ := ed25519.GenerateKey(nil)
	_, thief, _ := ed25519.GenerateKey(nil)
	der, err := a.SignKiosk(request(t, private), "361025105207-1", public, noon, 90*24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil || c.Subject.CommonName != "361025105207-1" || !public.Equal(c.PublicKey) || c.IsCA ||
		!c.NotBefore.Equal(noon) || !c.NotAfter.Equal(noon.Add(90*24*time.Hour)) {
		t.Fatalf("certificate %+v (%v)", c.Subject, err)
	}
	if !a.Signed(c) || open(t, &shelf{}).Signed(c) {
		t.Fatal("whose certificate it is was not told")
	}
	server, _ := a.NewServer([]string{"hub"}, 0, func() time.Time { return noon })
	if hub, _ := server.GetCertificate(nil); a.Signed(hub.Leaf) {
		t.Fatal("a hub's certificate passes as a kiosk's")
	}
	torn := request(t, private)
	torn[len(torn)-1] ^= 1
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	for name, bad := range map[string]struct {
		request []byte
		want    error
	}{
		"another's key": {request(t, thief), authority.ErrKey}, "not signed": {torn, authority.ErrRequest},
		"no request": {[]byte("x"), authority.ErrRequest}, "another kind of key": {request(t, p256), authority.ErrKey},
	} {
		if _, err := a.SignKiosk(bad.request, "k-1", public, noon, time.Hour); !errors.Is(err, bad.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := a.SignKiosk(request(t, private), "k-1", nil, noon, time.Hour); !errors.Is(err, authority.ErrKey) {
		t.Errorf("a kiosk without a key: %v", err)
	}
}

func TestTheHubsCertificateRenewsItself(t *testing.T) {
	a, now := open(t, &shelf{}), noon
	s, err := a.NewServer([]string{"hub.example", "10.1.2.3"}, 30*time.Hour, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	at := func(hours int) *x509.Certificate {
		now = noon.Add(time.Duration(hours) * time.Hour)
		c, err := s.GetCertificate(nil)
		if err != nil || len(c.Certificate) != 2 {
			t.Fatalf("at %d h: %v, %d in the chain", hours, err, len(c.Certificate))
		}
		return c.Leaf
	}
	first := at(0)
	roots := x509.NewCertPool()
	roots.AddCert(a.Root())
	for _, name := range []string{"hub.example", "10.1.2.3"} {
		if _, err := first.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: noon}); err != nil {
			t.Error(err)
		}
	}
	if _, err := first.Verify(x509.VerifyOptions{Roots: roots, DNSName: "other.example", CurrentTime: noon}); err == nil {
		t.Error("it is good for a name that nobody gave")
	}
	if !at(19).Equal(first) {
		t.Error("renewed before two thirds were over")
	}
	second := at(20)
	if second.Equal(first) || !at(21).Equal(second) {
		t.Error("not renewed at two thirds, or again at once")
	}
	if at(-48).Equal(second) {
		t.Error("a clock that was set back has a certificate of the future")
	}
}

func TestFilesAreReadAgainWhenTheyChange(t *testing.T) {
	a, now, dir := open(t, &shelf{}), noon, t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	put := func(at time.Time) *x509.Certificate {
		s, err := a.NewServer([]string{net.IPv4(10, 1, 2, 3).String()}, 0, func() time.Time { return at })
		if err != nil {
			t.Fatal(err)
		}
		c, _ := s.GetCertificate(nil)
		secret, _ := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
		chain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})
		must(t, os.WriteFile(cert, append(chain, a.RootPEM()...), 0o600))
		must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
		must(t, errors.Join(os.Chtimes(cert, at, at), os.Chtimes(key, at, at)))
		return c.Leaf
	}
	first := put(noon)
	var said strings.Builder
	f, err := authority.OpenFiles(cert, key, slog.New(slog.NewTextHandler(&said, nil)), func() time.Time { return now })
	if err != nil || !f.Root().Equal(a.Root()) {
		t.Fatalf("%v, root %v", err, f.Root())
	}
	served := func() *x509.Certificate { c, _ := f.GetCertificate(nil); return c.Leaf }
	second := put(noon.Add(time.Hour))
	if !served().Equal(first) {
		t.Error("the files are read at each handshake")
	}
	now = noon.Add(2 * time.Minute)
	if !served().Equal(second) {
		t.Error("a new certificate needs a restart")
	}
	must(t, os.WriteFile(key, []byte("torn"), 0o600))
	now = noon.Add(4 * time.Minute)
	if !served().Equal(second) || !strings.Contains(said.String(), "cannot be used") {
		t.Error("a torn file ended the old certificate, or nobody was told")
	}
	now = noon.Add(authority.ServerLife - 24*time.Hour)
	if served(); !strings.Contains(said.String(), "ends soon") {
		t.Error("nobody was told that it ends")
	}
	if _, err := authority.OpenFiles(cert, key, slog.Default(), nil); err == nil || !strings.Contains(err.Error(), "私钥") {
		t.Errorf("a torn key gives %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package identity

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"huying/terminal/keep"
)

// certificateFile keeps the kiosk's certificate, PEM.
const certificateFile = "certificate.pem"

// Badge is what a kiosk shows to its hubs: the certificate that its home hub
// signed for its key, and by what it knows them. It is safe for concurrent use.
type Badge struct {
	*Identity
	Clock *Clock
	path  string

	mu     sync.Mutex
	cert   *x509.Certificate   // nil: none
	caches map[string]*tickets // by address: each attempt to renew asks for TLS again
}

// OpenBadge reads the key and the certificate of a data folder. A certificate
// that is missing, damaged or for another key is none: the kiosk asks for one.
func OpenBadge(dir string, own func() time.Time) (*Badge, error) {
	id, err := Load(dir)
	if err != nil {
		return nil, err
	}
	b := &Badge{Identity: id, Clock: OpenClock(dir, own), path: filepath.Join(dir, certificateFile), caches: map[string]*tickets{}}
	data, err := os.ReadFile(b.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return b, nil //nolint:nilerr // as missing
	}
	if c, err := b.parse(data); err == nil {
		b.cert = c
		b.Clock.Been(c.NotBefore)
	}
	return b, nil
}

var errForeign = errors.New("identity: no certificate for the kiosk's key")

func (id *Identity) parse(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errForeign
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := c.PublicKey.(ed25519.PublicKey)
	if !ok || !bytes.Equal(key, id.private.Public().(ed25519.PublicKey)) {
		return nil, errForeign
	}
	return c, nil
}

// Take keeps a new certificate (PEM), on the disk first: a power cut leaves
// the old or the new one. New connections show it; living ones go on.
func (b *Badge) Take(text []byte) error {
	c, err := b.parse(text)
	if err != nil {
		return err
	}
	if err := keep.Write(b.path, text); err != nil {
		return err
	}
	b.mu.Lock()
	b.cert = c
	for _, t := range b.caches {
		t.forget() // a resumed session would show the old one
	}
	b.mu.Unlock()
	b.Clock.Been(c.NotBefore)
	return nil
}

// Certificate is the present one; nil: none.
func (b *Badge) Certificate() *x509.Certificate {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cert
}

// TLS is with what the kiosk speaks to the hub at an address (URL), and to no
// other, whose root is in a file (PEM); no file: one that the system knows.
func (b *Badge) TLS(address, root string) (*tls.Config, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	roots, err := readRoot(root)
	if err != nil {
		return nil, err
	}
	c := config(trust{u.Hostname(), roots, b.Clock}.verify)
	c.NextProtos = []string{KioskProtocol, "http/1.1"}
	c.GetClientCertificate = b.show
	c.ClientSessionCache = b.ticketsOf(address)
	return c, nil
}

func (b *Badge) ticketsOf(address string) *tickets {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.caches[address]
	if t == nil {
		t = newTickets()
		b.caches[address] = t
	}
	return t
}

func (b *Badge) show(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
	c := b.Certificate()
	if c == nil {
		return &tls.Certificate{}, nil
	}
	return &tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: b.private, Leaf: c}, nil
}

// tickets lets TLS sessions be resumed until they are forgotten.
type tickets struct {
	mu    sync.Mutex
	inner tls.ClientSessionCache
}

func newTickets() *tickets { return &tickets{inner: tls.NewLRUClientSessionCache(2)} }

func (t *tickets) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inner = tls.NewLRUClientSessionCache(2)
}

// Get implements tls.ClientSessionCache.
func (t *tickets) Get(key string) (*tls.ClientSessionState, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.inner.Get(key)
}

// Put implements tls.ClientSessionCache.
func (t *tickets) Put(key string, s *tls.ClientSessionState) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.inner.Put(key, s)
}

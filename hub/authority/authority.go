// Package authority is a hub's own certificate authority: it makes one root,
// once, and signs with it the client certificates of the hub's kiosks and the
// HTTPS certificate of the hub itself, so that an intranet without any other
// authority has secure pages and kiosks that know their hub. Keys of the
// authority and of the hub are ECDSA P-256; a kiosk's certificate carries the
// Ed25519 key with which it signs its presses. Whether a kiosk may connect is
// not decided here but by the key that is registered for it (ADR 12).
package authority

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// RootLife is how long a root is valid: longer than any kiosk or hub, because
// to replace it people must visit every kiosk and every browser.
const RootLife = 30 * 365 * 24 * time.Hour

// backdate is how much earlier than now certificates begin, for machines whose
// clocks are slow.
const backdate = 24 * time.Hour

// Keeper keeps the authority's key and root. KeepAuthority keeps what is
// offered unless something is kept already, and gives what is kept: of several
// hub processes on one store all get the same.
type Keeper interface {
	KeepAuthority(ctx context.Context, offered Kept) (Kept, error)
}

// Kept is an authority as a store keeps it.
type Kept struct {
	Key  []byte // PKCS #8, DER; secret
	Root []byte // certificate, DER
}

// Authority signs. It is safe for concurrent use.
type Authority struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate
}

// Open reads the authority of a store, or makes one named after the hub's unit
// if there is none.
func Open(ctx context.Context, keeper Keeper, name string, now time.Time) (*Authority, error) {
	offered, err := create(name, now)
	if err != nil {
		return nil, err
	}
	kept, err := keeper.KeepAuthority(ctx, offered)
	if err != nil {
		return nil, fmt.Errorf("authority: keep: %w", err)
	}
	return parse(kept)
}

func create(name string, now time.Time) (Kept, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Kept{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{Organization: []string{"Huying"}, CommonName: "Huying root " + name},
		NotBefore:    now.Add(-backdate), NotAfter: now.Add(RootLife),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, BasicConstraintsValid: true, IsCA: true,
		MaxPathLenZero: true, // it signs kiosks and hubs, never another authority
	}
	root, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return Kept{}, fmt.Errorf("authority: make the root: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	return Kept{Key: secret, Root: root}, err
}

var errDamaged = errors.New("authority: what is kept is no P-256 key with its root; restore it from a backup")

func parse(kept Kept) (*Authority, error) {
	secret, err := x509.ParsePKCS8PrivateKey(kept.Key)
	if err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	root, err := x509.ParseCertificate(kept.Root)
	if err != nil {
		return nil, errors.Join(errDamaged, err)
	}
	key, ok := secret.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() || !key.PublicKey.Equal(root.PublicKey) || !root.IsCA {
		return nil, errDamaged
	}
	return &Authority{key: key, root: root}, nil
}

// serial draws 127 random bits: unguessable and positive, as RFC 5280 wants.
func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // crypto/rand does not fail since Go 1.24
	}
	return n
}

// Root is the root certificate.
func (a *Authority) Root() *x509.Certificate { return a.root }

// RootPEM is the root as most programs take it.
func (a *Authority) RootPEM() []byte { return toPEM(a.root.Raw) }

// Fingerprint is the SHA-256 of a certificate's DER.
func Fingerprint(c *x509.Certificate) [sha256.Size]byte { return sha256.Sum256(c.Raw) }

func toPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// Why a request for a certificate is refused.
var (
	ErrRequest = errors.New("authority: not a PKCS #10 request signed by its own key")
	ErrKey     = errors.New("authority: the request is for another key than the registered one")
)

// SignKiosk answers a kiosk's request (PKCS #10, DER) with a client
// certificate, DER, valid for life from now. The request proves that who asks
// holds the key; whose key it is, the caller says. Nothing else in the request
// counts. Errors: ErrRequest, ErrKey.
func (a *Authority) SignKiosk(request []byte, kiosk string, registered ed25519.PublicKey, now time.Time, life time.Duration) ([]byte, error) {
	csr, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, errors.Join(ErrRequest, err)
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, errors.Join(ErrRequest, err)
	}
	key, ok := csr.PublicKey.(ed25519.PublicKey)
	if !ok || len(registered) != ed25519.PublicKeySize || !bytes.Equal(key, registered) {
		return nil, ErrKey
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{"Huying kiosk"}, CommonName: kiosk},
		NotBefore: now, NotAfter: now.Add(life), // not earlier: a kiosk takes its begin for a time that has been
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	return a.sign(template, key)
}

func (a *Authority) sign(template *x509.Certificate, key crypto.PublicKey) ([]byte, error) {
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("authority: sign: %w", err)
	}
	return der, nil
}

// Signed reports whether a client certificate is one of this authority's,
// whatever the time is.
func (a *Authority) Signed(c *x509.Certificate) bool {
	return c.CheckSignatureFrom(a.root) == nil && slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package release

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
)

// The labels of PEM (RFC 7468) for PKCS #8 and SubjectPublicKeyInfo: openssl
// reads and makes the same files.
const (
	privateLabel = "PRIVATE KEY"
	publicLabel  = "PUBLIC KEY"
)

// ErrKeyFile is a file that holds no Ed25519 key of the kind that is asked for.
var ErrKeyFile = errors.New("release: not an Ed25519 key in PEM")

// EncodePrivate writes the release key for a file that only its owner may read.
func EncodePrivate(key ed25519.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: privateLabel, Bytes: der}), err
}

// EncodePublic writes the public half, for the kiosks.
func EncodePublic(key ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	return pem.EncodeToMemory(&pem.Block{Type: publicLabel, Bytes: der}), err
}

// ParsePrivate reads what EncodePrivate wrote: ErrKeyFile otherwise.
func ParsePrivate(text []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != privateLabel {
		return nil, ErrKeyFile
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if k, ok := key.(ed25519.PrivateKey); ok && err == nil {
		return k, nil
	}
	return nil, ErrKeyFile
}

// ParsePublic reads what EncodePublic wrote: ErrKeyFile otherwise.
func ParsePublic(text []byte) (ed25519.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != publicLabel {
		return nil, ErrKeyFile
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if k, ok := key.(ed25519.PublicKey); ok && err == nil {
		return k, nil
	}
	return nil, ErrKeyFile
}

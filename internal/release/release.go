// Package release says what a release of the kiosk's program is: a package
// file and the manifest that names and signs it. Who signs (a person with the
// county's release key, which is kept off every server), who hands it on (a hub,
// which can neither make nor alter one) and who installs it (the kiosk, which
// believes the signature alone) share it.
package release

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// MaxSize bounds a package, in bytes: a kiosk's disk is small, and today's
// package is 20 MB.
const MaxSize = 256 << 20

// Manifest names one package and signs it.
type Manifest struct {
	Version string `json:"version"` // of the package, as Debian writes it
	Arch    string `json:"arch"`    // amd64, arm64, as Debian and Go both write it
	Size    int64  `json:"size"`    // of the package, bytes
	SHA256  string `json:"sha256"`  // of the package, 64 hexadecimal digits, lower case
	Sig     []byte `json:"sig"`     // Ed25519, over Text
}

var (
	version = regexp.MustCompile(`^[0-9][0-9A-Za-z.+~-]{0,39}$`)
	digest  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// ValidVersion reports whether a text is a version that a release may have; it
// is safe in a path and as an argument.
func ValidVersion(s string) bool { return version.MatchString(s) }

// ErrSignature is a manifest that the county's release key did not sign.
var ErrSignature = errors.New("release: not signed by the release key")

// Validate says which field is wrong. It does not look at the signature.
func (m Manifest) Validate() error {
	switch {
	case !ValidVersion(m.Version):
		return fmt.Errorf("release: version %q must begin with a digit and have at most 40 of 0-9 A-Z a-z . + ~ -", m.Version)
	case m.Arch != "amd64" && m.Arch != "arm64":
		return fmt.Errorf("release: arch %q is not amd64 or arm64", m.Arch)
	case m.Size <= 0 || m.Size > MaxSize:
		return fmt.Errorf("release: size %d must be 1 to %d bytes", m.Size, MaxSize)
	case !digest.MatchString(m.SHA256):
		return errors.New("release: sha256 must be 64 hexadecimal digits in lower case")
	case len(m.Sig) != ed25519.SignatureSize:
		return fmt.Errorf("release: sig must have %d bytes", ed25519.SignatureSize)
	}
	return nil
}

// Text is what is signed.
func (m Manifest) Text() []byte {
	return fmt.Appendf(nil, "huying-release/1\n%s\n%s\n%d\n%s\n", m.Arch, m.Version, m.Size, m.SHA256)
}

// Sign reads a package to its end and makes its manifest.
func Sign(key ed25519.PrivateKey, version, arch string, file io.Reader) (Manifest, error) {
	h := sha256.New()
	n, err := io.Copy(h, file)
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{Version: version, Arch: arch, Size: n, SHA256: hex.EncodeToString(h.Sum(nil))}
	m.Sig = ed25519.Sign(key, m.Text())
	return m, m.Validate()
}

// Verify checks the manifest's form and signature: ErrSignature, or what
// Validate says.
func (m Manifest) Verify(key ed25519.PublicKey) error {
	if err := m.Validate(); err != nil {
		return err
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, m.Text(), m.Sig) {
		return ErrSignature
	}
	return nil
}

// Matches reads a package to its end and says whether it is the one that is
// named: an error otherwise.
func (m Manifest) Matches(file io.Reader) error {
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(file, m.Size+1))
	if err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); n != m.Size || got != m.SHA256 {
		return fmt.Errorf("release: the package has %d bytes or more and sha256 %s; the manifest says %d and %s", n, got, m.Size, m.SHA256)
	}
	return nil
}

// Parse reads a manifest; unknown fields are refused, so that a misspelt one is
// not taken for a missing one.
func Parse(r io.Reader) (Manifest, error) {
	d := json.NewDecoder(io.LimitReader(r, 4096))
	d.DisallowUnknownFields()
	var m Manifest
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("release: not a manifest: %w", err)
	}
	return m, m.Validate()
}

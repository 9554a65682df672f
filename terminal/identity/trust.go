package identity

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"huying/internal/enrolment"
)

// KioskProtocol marks a kiosk in the first message of TLS (ALPN), so that a hub
// asks kiosks for a certificate and never browsers, which would show a window.
const KioskProtocol = "huying-kiosk"

// ErrUnproven means that nothing shows that the other end is the hub.
var ErrUnproven = errors.New("不能确认对方就是呼应的站点")

// written is before this program was: a clock that says less is dead, also that
// of a kiosk that no hub has told the time yet.
var written = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// trust is by what a kiosk knows one hub.
type trust struct {
	host  string         // its name or IP address: TLS itself does not tell of an address
	roots *x509.CertPool // the hub's own authority; nil: those of the system alone
	clock *Clock
}

// readRoot reads a hub's root (PEM) into a pool; an empty path is none.
func readRoot(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("站点的根证书：%w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("站点的根证书 %s 不是 PEM 格式的证书，请重新下载", path)
	}
	return pool, nil
}

// verify fits tls.Config.VerifyConnection. Under the hub's own authority the
// kiosk's clock decides nothing: chain and name must be right, and the time is
// taken from the certificate itself (ADR 12 says why). Under the system's
// authorities the time counts, unless the kiosk's clock is dead.
func (t trust) verify(cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return ErrUnproven
	}
	if t.roots != nil && check(cs, t.host, t.roots, within(cs.PeerCertificates)) == nil {
		return nil
	}
	now, known := t.clock.Now()
	if !known || now.Before(written) {
		now = within(cs.PeerCertificates)
	}
	if err := check(cs, t.host, nil, now); err != nil {
		return errors.Join(ErrUnproven, err)
	}
	return nil
}

// check verifies a chain at a time; roots nil are the system's.
func check(cs tls.ConnectionState, host string, roots *x509.CertPool, at time.Time) error {
	if host == "" {
		return ErrUnproven // Verify would pass over the name
	}
	between := x509.NewCertPool()
	for _, c := range cs.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := cs.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: host,
		CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}})
	return err
}

// within is a time at which a chain was valid, if there was one: when the last
// of its certificates had begun.
func within(chain []*x509.Certificate) time.Time {
	var at time.Time
	for _, c := range chain {
		if c.NotBefore.After(at) {
			at = c.NotBefore
		}
	}
	return at
}

// config makes a client's settings that trust nobody but by verify.
func config(verify func(tls.ConnectionState) error) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, VerifyConnection: verify,
		InsecureSkipVerify: true} //nolint:gosec // VerifyConnection does it, with the time taken care of
}

// firstSight finds the hub's root in what a hub shows to a kiosk that it never
// met, by the fingerprint of a QR code or the letters of a typed code.
type firstSight struct {
	invitation enrolment.Invitation
	host       string
	clock      *Clock
}

func (f firstSight) verify(cs tls.ConnectionState) error {
	if len(f.invitation.Root) == 0 && f.invitation.Code.Check == "" {
		return trust{host: f.host, clock: f.clock}.verify(cs)
	}
	for _, c := range cs.PeerCertificates {
		if !c.IsCA || !f.fits(sha256.Sum256(c.Raw)) {
			continue
		}
		pool := x509.NewCertPool()
		pool.AddCert(c)
		return check(cs, f.host, pool, within(cs.PeerCertificates))
	}
	return ErrUnproven
}

func (f firstSight) fits(root [sha256.Size]byte) bool {
	if len(f.invitation.Root) > 0 {
		return string(f.invitation.Root) == string(root[:])
	}
	return f.invitation.Code.Fits(root)
}

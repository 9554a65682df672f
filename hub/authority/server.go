package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"sync"
	"time"
)

// ServerLife is how long a hub's HTTPS certificate is valid: under the 398
// days that Chromium allows to public certificates (CA/Browser Forum, Baseline
// Requirements 6.3.2), although it allows more to private ones.
const ServerLife = 365 * 24 * time.Hour

// Server holds the HTTPS certificate that an authority signed for its hub. It
// lives in memory only: at each start, and at two thirds of its life, there is
// a new one with a new key.
type Server struct {
	authority *Authority
	names     []string
	life      time.Duration
	now       func() time.Time

	mu   sync.Mutex
	cert *tls.Certificate
}

// NewServer makes the certificate for names, which are host names and IP
// addresses; life 0 means ServerLife, now nil means time.Now.
func (a *Authority) NewServer(names []string, life time.Duration, now func() time.Time) (*Server, error) {
	if life == 0 {
		life = ServerLife
	}
	if now == nil {
		now = time.Now
	}
	s := &Server{authority: a, names: names, life: life, now: now}
	_, err := s.GetCertificate(nil)
	return s, err
}

// GetCertificate fits tls.Config: it gives the present certificate, and a new
// one when the present one is due. If none can be made the old one serves on.
func (s *Server) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if s.cert != nil && !s.due(now) {
		return s.cert, nil
	}
	fresh, err := s.issue(now)
	if err != nil && s.cert != nil {
		return s.cert, nil
	}
	if err == nil {
		s.cert = fresh
	}
	return fresh, err
}

// due reports whether two thirds are over, or the clock was set back to before
// the begin.
func (s *Server) due(now time.Time) bool {
	c := s.cert.Leaf
	return !now.Before(c.NotAfter.Add(-s.life/3)) || now.Before(c.NotBefore)
}

func (s *Server) issue(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{Organization: []string{"Huying hub"}},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(s.life),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, n := range s.names {
		if ip := net.ParseIP(n); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, n)
		}
	}
	if len(s.names) > 0 {
		template.Subject.CommonName = s.names[0]
	}
	der, err := s.authority.sign(template, &key.PublicKey)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("authority: %w", err)
	}
	// The root goes with it, so that who enrols can compare its fingerprint.
	return &tls.Certificate{Certificate: [][]byte{der, s.authority.root.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

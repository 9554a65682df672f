package authority

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Figures of Files: how often the files are looked at, and how long before its
// end a certificate is complained about.
const (
	lookEvery = time.Minute
	warnAhead = 30 * 24 * time.Hour
)

// Files holds a certificate that somebody else signed. It reads the files
// again when they change, so that a new certificate needs no restart.
type Files struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu      sync.Mutex
	held    *tls.Certificate
	changed time.Time // of the newer file
	looked  time.Time
	warned  time.Time
}

// OpenFiles reads a certificate (PEM, the chain behind it) and its key (PEM);
// now nil means time.Now. The error names the file and the remedy in Chinese.
func OpenFiles(cert, key string, log *slog.Logger, now func() time.Time) (*Files, error) {
	if now == nil {
		now = time.Now
	}
	f := &Files{cert: cert, key: key, log: log, now: now}
	if err := f.read(); err != nil {
		return nil, fmt.Errorf("证书 %s 或私钥 %s 用不了，请核对两个文件是否配对、是否 PEM 格式、本程序能否读取: %w", cert, key, err)
	}
	return f, nil
}

// GetCertificate fits tls.Config. Files that cannot be read any more leave the
// certificate that was read before.
func (f *Files) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if now.Sub(f.looked) >= lookEvery || now.Before(f.looked) {
		f.looked = now
		if at, err := f.modified(); err != nil || !at.Equal(f.changed) {
			if err := f.read(); err != nil {
				f.log.Error("new certificate cannot be used; the old one serves on", "file", f.cert, "error", err)
			}
		}
	}
	if left := f.held.Leaf.NotAfter.Sub(now); left < warnAhead && now.Sub(f.warned) >= 24*time.Hour {
		f.warned = now
		f.log.Error("certificate ends soon: put a new one in its place", "file", f.cert, "ends", f.held.Leaf.NotAfter)
	}
	return f.held, nil
}

func (f *Files) read() error {
	at, err := f.modified()
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return err
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return err
		}
	}
	f.held, f.changed, f.looked = &pair, at, f.now()
	return nil
}

func (f *Files) modified() (time.Time, error) {
	a, errA := os.Stat(f.cert)
	b, errB := os.Stat(f.key)
	if err := errors.Join(errA, errB); err != nil {
		return time.Time{}, err
	}
	return later(a.ModTime(), b.ModTime()), nil
}

// Root is the self-signed authority at the end of the chain, or nil if the
// file does not carry it: then kiosks must know it already.
func (f *Files) Root() *x509.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	last, err := x509.ParseCertificate(f.held.Certificate[len(f.held.Certificate)-1])
	if err != nil || !last.IsCA || last.CheckSignatureFrom(last) != nil {
		return nil
	}
	return last
}

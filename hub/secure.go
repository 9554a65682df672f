package hub

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"huying/hub/api"
	"huying/hub/auth"
	"huying/hub/authority"
	"huying/hub/directory"
)

// TLS says how a hub proves itself to browsers and kiosks.
type TLS struct {
	Mode      string        `koanf:"mode"`       // TLSOff, TLSAuthority or TLSFiles
	Names     []string      `koanf:"names"`      // host names and addresses; empty: that of public_url
	Cert      string        `koanf:"cert"`       // file (PEM): the county's own certificate and its chain
	Key       string        `koanf:"key"`        // file (PEM)
	KioskLife time.Duration `koanf:"kiosk_life"` // validity of kiosks' certificates; 0: DefaultKioskLife
}

// The modes of TLS.
const (
	TLSOff       = "off"       // plain HTTP: on this machine, or behind a proxy
	TLSAuthority = "authority" // the hub's own authority signs the hub's certificate
	TLSFiles     = "files"     // somebody else signed it
)

// DefaultKioskLife is how long a kiosk's certificate is valid. It is renewed at
// two thirds, so a kiosk has a month to reach its hub.
const DefaultKioskLife = 90 * 24 * time.Hour

// kioskProtocol marks a kiosk in TLS (ALPN); package identity of the terminal
// has the same.
const kioskProtocol = "huying-kiosk"

func (t TLS) on() bool { return t.Mode != TLSOff }

func (t TLS) validate(c Config) (TLS, error) {
	if t.Mode == "" {
		t.Mode = TLSOff
	}
	if t.KioskLife == 0 {
		t.KioskLife = DefaultKioskLife
	}
	switch {
	case !slices.Contains([]string{TLSOff, TLSAuthority, TLSFiles}, t.Mode):
		return t, wrong("tls.mode", "只能是 off（不加密）、authority（自己签发证书）或 files（用已有的证书）")
	case (t.Cert == "" || t.Key == "") && t.Mode == TLSFiles:
		return t, wrong("tls.cert", "files 方式必须写明证书 cert 和私钥 key 两个文件")
	case t.Mode != TLSFiles && t.Cert+t.Key != "":
		return t, wrong("tls.cert", "只有 files 方式才用证书文件，请删去 cert 和 key，或把 mode 改为 files")
	case t.Mode != TLSAuthority && len(t.Names) > 0:
		return t, wrong("tls.names", "只有 authority 方式才写名称和地址，请删去")
	case t.KioskLife < time.Second:
		return t, wrong("tls.kiosk_life", "终端证书的有效期太短，一般不写，用默认的 2160h（90 天）")
	case t.on() && c.PublicURL != "" && !strings.HasPrefix(c.PublicURL, "https://"):
		return t, wrong("public_url", "tls 打开以后网址必须以 https:// 开头")
	}
	for i, n := range t.Names {
		if n == "" || strings.ContainsAny(n, "/: ") && net.ParseIP(n) == nil {
			return t, wrong(fmt.Sprintf("tls.names[%d]", i), "应为主机名或 IP 地址，不带 https:// 和端口")
		}
	}
	return t, nil
}

// security is how a hub proves itself, and its kiosks to it.
type security struct {
	*authority.Authority
	config *tls.Config
	root   *x509.Certificate // by which the hub is known; nil: the system's authorities know it
	life   time.Duration
}

// secure prepares TLS; without it the hub has no security.
func (a *App) secure(ctx context.Context) error {
	t := a.cfg.TLS
	if !t.on() {
		return nil
	}
	own, err := authority.Open(ctx, a.store, a.cfg.Unit.Name+" "+a.cfg.Unit.Code, time.Now())
	if err != nil {
		return fmt.Errorf("证书签发机构用不了: %w", err)
	}
	s := &security{Authority: own, life: t.KioskLife}
	var certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)
	if t.Mode == TLSFiles {
		f, err := authority.OpenFiles(t.Cert, t.Key, a.log, nil)
		if err != nil {
			return err
		}
		certificate, s.root = f.GetCertificate, f.Root()
	} else {
		server, err := own.NewServer(a.names(), 0, nil)
		if err != nil {
			return err
		}
		certificate, s.root = server.GetCertificate, own.Root()
	}
	s.config = serverTLS(certificate)
	a.security = s
	return nil
}

// serverTLS asks kiosks for a certificate and nobody else: a browser would ask
// its user to choose one. Who may come in is decided after HELLO.
func serverTLS(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	open := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: certificate}
	kiosks := open.Clone()
	kiosks.ClientAuth = tls.RequestClientCert
	open.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		if slices.Contains(h.SupportedProtos, kioskProtocol) {
			return kiosks, nil
		}
		return nil, nil // as it stands
	}
	return open
}

// names are those of the hub's certificate.
func (a *App) names() []string {
	if len(a.cfg.TLS.Names) > 0 {
		return a.cfg.TLS.Names
	}
	u, err := url.Parse(a.cfg.PublicURL)
	if err != nil {
		return nil
	}
	return []string{u.Hostname()}
}

// parentTLS is with what the hub above is known.
func (c Config) parentTLS() (*tls.Config, string, error) {
	if c.Parent == nil || c.Parent.Root == "" {
		return nil, "", nil
	}
	text, err := os.ReadFile(c.Parent.Root)
	if err != nil {
		return nil, "", wrong("parent.root", "上级的根证书文件读不了，请从上级的 /api/authority/root.pem 重新下载: "+err.Error())
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, "", wrong("parent.root", "上级的根证书文件不是 PEM 格式，请从上级的 /api/authority/root.pem 重新下载")
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}, string(text), nil
}

// signed says whether this hub must have signed a kiosk's certificate, and did;
// one of a kiosk of a hub below was signed there, and its key counts.
func (a *App) signed(kiosk string, c *x509.Certificate) bool {
	return a.security == nil || !a.mine(kiosk) || a.security.Signed(c)
}

// mine reports whether a kiosk's home is here.
func (a *App) mine(kiosk string) bool {
	home, ok := a.cfg.home(kiosk)
	return ok && string(home) == a.cfg.Unit.Code
}

// identity is what the api needs of it.
func (a *App) identity() *api.Identity {
	if a.security == nil {
		return nil
	}
	return &api.Identity{Authority: a.security.Authority, Root: a.security.root, Life: a.security.life}
}

// last is the hub above as kiosks need it.
func (a *App) last(root string) *api.HubAbove {
	p := a.cfg.Parent
	if p == nil {
		return nil
	}
	return &api.HubAbove{Code: p.Unit.Code, Name: p.Unit.Name, URL: p.URL, Root: root}
}

// registrar enrols kiosks; its codes vouch for the hub if there is a root.
func (a *App) registrar(hasher *auth.Hasher) *registrar {
	r := directory.NewRegistrar(a.store, hasher, auth.NewGuard(), nil)
	if a.security != nil && a.security.root != nil {
		r.Vouch(authority.Fingerprint(a.security.root))
	}
	return &registrar{Registrar: r, app: a}
}

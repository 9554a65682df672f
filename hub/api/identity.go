package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/authority"
	"huying/hub/refusal"
	"huying/hub/view"
	"huying/internal/enrolment"
)

// HubAbove is the hub above this one as its kiosks need it.
type HubAbove struct {
	Code string `json:"code" doc:"administrative division code"`
	Name string `json:"name"`
	URL  string `json:"url"`
	Root string `json:"root,omitempty" doc:"PEM; absent: the system's authorities know it"`
}

type enrolInput struct {
	Body struct {
		Code      string `json:"code" minLength:"1" maxLength:"32"`
		PublicKey string `json:"public_key" minLength:"1" maxLength:"64" doc:"Ed25519, 32 bytes in base64"`
		Request   string `json:"request,omitempty" maxLength:"4096" doc:"PKCS #10 for the same key, DER in base64; absent: no certificate is wanted"`
	}
}

// EnrolledKiosk is everything that a kiosk needs to know.
type enrolledKiosk struct {
	Kiosk       string       `json:"kiosk"`
	Point       view.Unit    `json:"point"`
	Township    view.Unit    `json:"township"`
	Site        view.Unit    `json:"site" doc:"the unit of this hub"`
	Last        *HubAbove    `json:"last,omitempty" doc:"the last resort; absent at the top"`
	Root        string       `json:"root,omitempty" doc:"this hub's root, PEM; absent: the system's authorities know it"`
	Certificate string       `json:"certificate,omitempty" doc:"the kiosk's, PEM"`
	Config      *givenConfig `json:"config,omitempty" doc:"the settings for this kiosk; absent: none"`
}

type givenConfig struct {
	Rev      uint32          `json:"rev"`
	Settings json.RawMessage `json:"settings"`
}

type enrolOutput struct{ Body enrolledKiosk }

type certificateInput struct {
	Body struct {
		Kiosk   string `json:"kiosk" minLength:"1" maxLength:"40"`
		Request string `json:"request" minLength:"1" maxLength:"4096" doc:"PKCS #10 for the registered key, DER in base64"`
	}
}

type certificateOutput struct {
	Body struct {
		Certificate string `json:"certificate" doc:"PEM"`
	}
}

type revocationOutput struct{}

func (s *server) identityRoutes() {
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/enrol", OperationID: "enrol",
		Summary: "Register a kiosk's key by a one-time code"}, s.enrol)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/certificate", OperationID: "renew-certificate",
		Summary: "Give a kiosk a new certificate for its registered key"}, s.renew)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/points/{kiosk}/revocation", OperationID: "revoke-kiosk",
		Summary: "Believe a kiosk's key no more, and end its lines", DefaultStatus: http.StatusNoContent}, s.revoke)
	s.plain("/api/authority/root.crt", s.root("application/x-x509-ca-cert", func(c *x509.Certificate) []byte { return c.Raw }))
	s.plain("/api/authority/root.pem", s.root("application/x-pem-file", rootPEM))
}

func rootPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

// root offers the root for download; what it is good for stands in the manual.
func (s *server) root(kind string, form func(*x509.Certificate) []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if s.Identity == nil || s.Identity.Root == nil {
			problemOf(noAuthority()).write(w)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Disposition", "attachment")
		_, _ = w.Write(form(s.Identity.Root))
	}
}

func noAuthority() error {
	return refusal.New(refusal.NoAuthority, "本站不签发证书：没有打开加密，或使用由别人签发的证书。")
}

// invitation is the text of the QR code.
func (s *server) invitation(code string) string {
	c, ok := enrolment.ParseCode(code)
	if !ok {
		return ""
	}
	i := enrolment.Invitation{Hub: s.Address, Code: c}
	if s.Identity != nil && s.Identity.Root != nil {
		root := sha256.Sum256(s.Identity.Root.Raw)
		i.Root = root[:]
	}
	return i.String()
}

func (s *server) enrol(ctx context.Context, in *enrolInput) (*enrolOutput, error) {
	address := auth.Address(from(ctx).request.RemoteAddr)
	request, err := s.request(in.Body.Request, in.Body.PublicKey)
	if err != nil {
		return nil, err // before the code is used up
	}
	k, err := s.Kiosks.Redeem(ctx, in.Body.Code, in.Body.PublicKey, address)
	if err != nil {
		return nil, err
	}
	s.log.Info("kiosk enrolled", "kiosk", k.ID, "address", address)
	out := &enrolOutput{Body: enrolledKiosk{Kiosk: k.ID, Point: view.Unit(k.Point), Township: view.Unit(k.Township),
		Site: s.Site, Last: s.Last}}
	if c, ok := s.Remote.Config(k.ID); ok {
		out.Body.Config = &givenConfig{c.Rev, c.Settings}
	}
	if s.Identity == nil {
		return out, nil
	}
	if s.Identity.Root != nil {
		out.Body.Root = string(rootPEM(s.Identity.Root))
	}
	if request != nil {
		out.Body.Certificate, err = s.sign(request, k.ID, k.PublicKey)
	}
	return out, err
}

// request reads a kiosk's request and holds it against its public key; none is
// nil. The key itself is checked where it is registered.
func (s *server) request(text, publicKey string) ([]byte, error) {
	if text == "" || s.Identity == nil {
		return nil, nil
	}
	wrong := refusal.At(refusal.BadField, "body.request", "证书请求不对：应是用终端自己的密钥签名的 PKCS #10，请重新运行登记命令。")
	der, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, wrong
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || csr.CheckSignature() != nil {
		return nil, wrong
	}
	key, ok := csr.PublicKey.(ed25519.PublicKey)
	if !ok || publicKey != "" && base64.StdEncoding.EncodeToString(key) != publicKey {
		return nil, wrong
	}
	return der, nil
}

func (s *server) sign(request []byte, kiosk string, registered []byte) (string, error) {
	der, err := s.Identity.Authority.SignKiosk(request, kiosk, registered, s.now(), s.Identity.Life)
	if err != nil {
		return "", err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return "", err
	}
	s.log.Info("certificate signed", "kiosk", kiosk, "serial", c.SerialNumber.String(), "until", c.NotAfter)
	return string(rootPEM(c)), nil
}

// renew gives a certificate to who holds the registered key: the request is
// signed with it, and a certificate for it is of no use to anybody else. So one
// that ended, was lost or never was is no hindrance; one that is shown must be
// the kiosk's.
func (s *server) renew(ctx context.Context, in *certificateInput) (*certificateOutput, error) {
	if s.Identity == nil {
		return nil, noAuthority()
	}
	request, err := s.request(in.Body.Request, "")
	if err != nil {
		return nil, err
	}
	k, err := s.Kiosks.Kiosk(ctx, in.Body.Kiosk)
	if err != nil {
		return nil, err
	}
	if !k.Enrolled() {
		return nil, refusal.New(refusal.KioskRevoked, "这台终端的密钥已吊销或还没有登记，请用新的登记码登记。")
	}
	foreign := refusal.At(refusal.BadField, "body.request", "证书请求不是用这台终端登记的密钥签名的，请重新登记终端。")
	if t := from(ctx).request.TLS; t != nil && len(t.PeerCertificates) > 0 {
		if key, ok := t.PeerCertificates[0].PublicKey.(ed25519.PublicKey); !ok || !bytes.Equal(key, k.PublicKey) {
			return nil, foreign
		}
	}
	out := &certificateOutput{}
	out.Body.Certificate, err = s.sign(request, k.ID, k.PublicKey)
	if errors.Is(err, authority.ErrKey) || errors.Is(err, authority.ErrRequest) {
		return nil, foreign
	}
	return out, err
}

func (s *server) revoke(ctx context.Context, in *enrolmentInput) (*revocationOutput, error) {
	if err := s.Kiosks.Revoke(ctx, in.Kiosk); err != nil {
		return nil, err
	}
	s.log.Warn("kiosk revoked", "kiosk", in.Kiosk, "person", from(ctx).person.ID)
	return &revocationOutput{}, nil
}

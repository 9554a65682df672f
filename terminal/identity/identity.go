// Package identity is who a kiosk is: an Ed25519 key pair that is made on the
// kiosk and never leaves it, what a hub said when the public half was
// registered by a one-time code, the certificate that the hub signed for the
// key and renews, and by what the kiosk knows its hubs.
package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"huying/internal/call"
	"huying/internal/photo"
	"huying/internal/wire"
	"huying/terminal/keep"
)

// keyFile holds the private key, PKCS #8 in PEM (RFC 5958, RFC 7468).
const keyFile = "identity.key"

// ErrNone is returned where a data folder has no key yet.
var ErrNone = errors.New("没有本机密钥：请先用“terminal enrol”登记本终端")

// Identity is a kiosk's key pair. It is safe for concurrent use.
type Identity struct{ private ed25519.PrivateKey }

// Load reads the key of a data folder. The error is ErrNone if there is none,
// and names the file and the remedy if it is not fit for use.
func Load(dir string) (*Identity, error) {
	path := filepath.Join(dir, keyFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("读取本机密钥：%w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("本机密钥 %s 别人也能读写：请执行 chmod 600 %s", path, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("读取本机密钥：%w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, damaged(path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, damaged(path)
	}
	return &Identity{private}, nil
}

func damaged(path string) error {
	return fmt.Errorf("本机密钥 %s 已损坏：请删除它，并用新的登记码重新登记本终端", path)
}

// LoadOrCreate reads the key of a data folder or, where there is none, makes
// one. The folder is made too.
func LoadOrCreate(dir string) (*Identity, error) {
	id, err := Load(dir)
	if !errors.Is(err, ErrNone) {
		return id, err
	}
	if id, err = create(); err != nil {
		return nil, err
	}
	return id, id.keep(dir)
}

// create makes a key pair that is nowhere kept yet.
func create() (*Identity, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("生成密钥：%w", err)
	}
	return &Identity{private}, nil
}

// keep writes the key into a data folder, which is made too.
func (id *Identity) keep(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("建立数据文件夹：%w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(id.private)
	if err != nil {
		return fmt.Errorf("生成密钥：%w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := keep.Write(filepath.Join(dir, keyFile), text); err != nil {
		return fmt.Errorf("保存本机密钥：%w", err)
	}
	return nil
}

// Public is the public key in base64, as a hub takes it at enrolment.
func (id *Identity) Public() string {
	return base64.StdEncoding.EncodeToString(id.private.Public().(ed25519.PublicKey))
}

// SignHello answers a site's challenge.
func (id *Identity) SignHello(nonce []byte, kiosk string) []byte {
	return ed25519.Sign(id.private, wire.HelloText(nonce, kiosk))
}

// SignPress signs a press; it fits kiosk.Config.Sign.
func (id *Identity) SignPress(press call.PressID, of call.ID, key call.Key, purpose call.Purpose) []byte {
	return ed25519.Sign(id.private, wire.PressText(press, of, key, purpose))
}

// SignPhoto signs that the kiosk asks a site for the photo of a person.
func (id *Identity) SignPhoto(kiosk, site, person string) []byte {
	return ed25519.Sign(id.private, photo.Text(kiosk, site, person))
}

// Request is a request for a certificate (PKCS #10, DER), signed by the key. A
// hub takes nothing but the key from it.
func (id *Identity) Request() ([]byte, error) {
	return x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, id.private)
}

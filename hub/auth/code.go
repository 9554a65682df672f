package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"

	"huying/hub/refusal"
	"huying/internal/enrolment"
)

// NewCode makes the secret part of an enrolment code: 4.3e9 codes, of which a
// hub has a handful out.
func NewCode() enrolment.Code {
	var b strings.Builder
	for range enrolment.SecretLength {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(enrolment.Letters))))
		if err != nil {
			panic(err) // crypto/rand does not fail since Go 1.24
		}
		b.WriteByte(enrolment.Letters[n.Int64()])
	}
	return enrolment.Code{Secret: b.String()}
}

// Code turns a code as somebody typed it into what is kept; the letters by
// which a kiosk knows its hub do not count here. A text that cannot be a code
// is refused before the slow hash.
func (h *Hasher) Code(ctx context.Context, typed string) (hash []byte, err error) {
	code, ok := enrolment.ParseCode(typed)
	if !ok {
		return nil, refusal.At(refusal.BadField, "body.code", "登记码是 8 位或 12 位数字和字母，请对照登记单重新输入。")
	}
	err = h.within(ctx, func() (err error) {
		hash, err = pbkdf2.Key(sha256.New, code.Secret, []byte("huying enrolment code 1"), h.strength.CodeRounds, 32)
		return err
	})
	return hash, err
}

// ParsePublicKey reads a kiosk's Ed25519 public key: 32 bytes in standard
// base64. A text that is not one is a refusal that names the field.
func ParsePublicKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) != ed25519.PublicKeySize || strings.Trim(string(key), "\x00") == "" {
		return nil, refusal.At(refusal.BadField, "body.public_key", "终端公钥应是 32 字节 Ed25519 公钥的 base64 文本，请重新生成密钥后再登记。")
	}
	return key, nil
}

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
)

// codeLetters are the signs of enrolment codes: digits and letters that are
// told apart when read out over the telephone and when copied by hand. Out are
// 0 O, 1 I L, 2 Z, 8 B, S U V Y N, and the letters that rhyme (C D E G P T).
// Sixteen signs, eight places: 4.3e9 codes, of which a hub has a handful out.
const codeLetters = "345679AFHJKMQRWX"

const codeLength = 8

// NewCode makes an enrolment code, as it is shown: "A3KM-79XQ".
func NewCode() string {
	var b strings.Builder
	for i := range codeLength {
		if i == codeLength/2 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		if err != nil {
			panic(err) // crypto/rand does not fail since Go 1.24
		}
		b.WriteByte(codeLetters[n.Int64()])
	}
	return b.String()
}

// Code turns a code as somebody typed it into what is kept: lower case,
// full-width signs, spaces and hyphens do not matter. A text that cannot be a
// code is refused before the slow hash.
func (h *Hasher) Code(ctx context.Context, typed string) (hash []byte, err error) {
	code, ok := plainCode(typed)
	if !ok {
		return nil, refusal.At(refusal.BadField, "body.code", "登记码是 8 位数字和字母，请对照登记单重新输入。")
	}
	err = h.within(ctx, func() (err error) {
		hash, err = pbkdf2.Key(sha256.New, code, []byte("huying enrolment code 1"), h.strength.CodeRounds, 32)
		return err
	})
	return hash, err
}

func plainCode(typed string) (string, bool) {
	if len(typed) > 64 {
		return "", false
	}
	var b strings.Builder
	for _, r := range typed {
		if r >= '！' && r <= '～' { // full-width forms, as Chinese input methods type them
			r = r - '！' + '!'
		}
		switch {
		case r == ' ' || r == '-' || r == '　':
		case strings.ContainsRune(codeLetters, r):
			b.WriteRune(r)
		case r >= 'a' && r <= 'z' && strings.ContainsRune(codeLetters, r-'a'+'A'):
			b.WriteRune(r - 'a' + 'A')
		default:
			return "", false
		}
	}
	return b.String(), b.Len() == codeLength
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

// Package enrolment is what passes between an administrator's screen and the
// person who stands at a kiosk: a one-time code to type, or the text of a QR
// code. Both carry enough for the kiosk to know its hub at first sight.
package enrolment

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
)

// Letters are the signs of codes: digits and letters that are told apart when
// read out over the telephone and when copied by hand. Out are 0 O, 1 I L,
// 2 Z, 8 B, S U V Y N, and the letters that rhyme (C D E G P T). Sixteen signs:
// four bits each.
const Letters = "345679AFHJKMQRWX"

// SecretLength and CheckLength are the letters of the two parts of a code. The
// secret is the hub's to know; the check is for the kiosk alone and never sent.
const (
	SecretLength = 8
	CheckLength  = 4
)

// Code is a code as somebody typed it.
type Code struct {
	Secret string // SecretLength letters
	Check  string // CheckLength letters, or empty
}

// ParseCode reads a typed code: lower case, full-width signs, spaces and
// hyphens do not matter. False means that it cannot be a code.
func ParseCode(typed string) (Code, bool) {
	if len(typed) > 96 {
		return Code{}, false
	}
	var b strings.Builder
	for _, r := range typed {
		if r >= '！' && r <= '～' { // full-width forms, as Chinese input methods type them
			r = r - '！' + '!'
		}
		switch {
		case r == ' ' || r == '-' || r == '　':
		case strings.ContainsRune(Letters, r):
			b.WriteRune(r)
		case r >= 'a' && r <= 'z' && strings.ContainsRune(Letters, r-'a'+'A'):
			b.WriteRune(r - 'a' + 'A')
		default:
			return Code{}, false
		}
	}
	switch text := b.String(); len(text) {
	case SecretLength:
		return Code{Secret: text}, true
	case SecretLength + CheckLength:
		return Code{Secret: text[:SecretLength], Check: text[SecretLength:]}, true
	}
	return Code{}, false
}

// String shows a code as it is read out: A3KM-79XQ-HKWF.
func (c Code) String() string {
	text, out := c.Secret+c.Check, ""
	for i := 0; i < len(text); i += 4 {
		if i > 0 {
			out += "-"
		}
		out += text[i:min(i+4, len(text))]
	}
	return out
}

// WithCheck gives the code with the letters by which a kiosk knows the hub
// whose root has that fingerprint. They are bound to the secret, which is sent
// only to a hub that they fit: somebody in between knows neither, cannot search
// for a root that fits, and guesses right once in 65,536 tries of a person.
func (c Code) WithCheck(root [sha256.Size]byte) Code {
	mac := hmac.New(sha256.New, []byte(c.Secret))
	mac.Write([]byte("huying enrolment check 1\n"))
	mac.Write(root[:])
	sum := mac.Sum(nil)
	c.Check = ""
	for i := range CheckLength {
		c.Check += string(Letters[sum[i/2]>>(4*(1-i%2))&15])
	}
	return c
}

// Fits reports whether the check letters are those of a root.
func (c Code) Fits(root [sha256.Size]byte) bool {
	return c.Check != "" && subtle.ConstantTimeCompare([]byte(c.WithCheck(root).Check), []byte(c.Check)) == 1
}

// Invitation is what a QR code says.
type Invitation struct {
	Hub  string // the hub's address, https://host:port
	Code Code
	Root []byte // SHA-256 of the hub's root; empty: one that the kiosk's system knows
}

var errInvitation = errors.New("enrolment: not the text of an enrolment code")

// String is the text of the QR code: huying://enrol?code=...&hub=...&root=...
func (i Invitation) String() string {
	q := url.Values{"hub": {i.Hub}, "code": {i.Code.String()}}
	if len(i.Root) > 0 {
		q.Set("root", base64.RawURLEncoding.EncodeToString(i.Root))
	}
	return "huying://enrol?" + q.Encode()
}

// ParseInvitation reads what String wrote.
func ParseInvitation(text string) (Invitation, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "huying" || u.Host != "enrol" {
		return Invitation{}, errInvitation
	}
	q := u.Query()
	code, ok := ParseCode(q.Get("code"))
	root, err := base64.RawURLEncoding.DecodeString(q.Get("root"))
	if !ok || q.Get("hub") == "" || err != nil || len(root) != 0 && len(root) != sha256.Size {
		return Invitation{}, errInvitation
	}
	return Invitation{Hub: q.Get("hub"), Code: code, Root: root}, nil
}

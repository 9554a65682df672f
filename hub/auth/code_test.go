package auth

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huying/hub/refusal"
	"huying/internal/enrolment"
)

func TestACodeIsTheSameHoweverItIsTyped(t *testing.T) {
	h := weak(t)
	wide := func(s string) string {
		return strings.Map(func(r rune) rune { return r - '!' + '！' }, s)
	}
	rapid.Check(t, func(rt *rapid.T) {
		code := NewCode().String()
		if len(code) != enrolment.SecretLength+1 || strings.Trim(code, enrolment.Letters+"-") != "" {
			rt.Fatal(code)
		}
		want, err := h.Code(t.Context(), code)
		if err != nil {
			rt.Fatal(err)
		}
		for _, typed := range []string{
			strings.ToLower(code), strings.ReplaceAll(code, "-", ""), " " + strings.ReplaceAll(code, "-", "  ") + " ",
			code + "-AAAA", // with letters of the check
			wide(code), strings.ToLower(wide(strings.ReplaceAll(code, "-", ""))), strings.ReplaceAll(code, "-", "　"),
		} {
			if got, err := h.Code(t.Context(), typed); err != nil || !bytes.Equal(got, want) {
				rt.Fatalf("%q: %v", typed, err)
			}
		}
	})
}

func TestTwoCodesHaveTwoHashes(t *testing.T) {
	h := weak(t)
	a, _ := h.Code(t.Context(), "AAAAAAAA")
	b, _ := h.Code(t.Context(), "AAAAAAAF")
	if len(a) != 32 || bytes.Equal(a, b) {
		t.Fatal(a, b)
	}
}

func TestWhatIsNoCodeIsRefusedByField(t *testing.T) {
	for _, typed := range []string{"", "AAAA", "AAAA-AAAAA", "AAAA-AAA0", "1234-5678", strings.Repeat(" ", 1000), "\x00", "AAAA\xffAAAA"} {
		_, err := weak(t).Code(t.Context(), typed)
		if r, ok := refusal.Of(err); !ok || r.Field != "body.code" {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestParsePublicKey(t *testing.T) {
	key, _, _ := ed25519.GenerateKey(nil)
	text := base64.StdEncoding.EncodeToString(key)
	if got, err := ParsePublicKey(text); err != nil || !bytes.Equal(got, key) {
		t.Fatal(got, err)
	}
	for _, bad := range []string{"", "AAAA", text[:43], text + "AAAA", base64.StdEncoding.EncodeToString(make([]byte, 32)), base64.URLEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 32)), "密钥"} {
		if _, err := ParsePublicKey(bad); refusal.Code(err) != refusal.BadField {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

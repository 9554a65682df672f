package enrolment_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"huying/internal/enrolment"
)

var root = sha256.Sum256([]byte("root"))

func TestCodesAreReadAsPeopleTypeThem(t *testing.T) {
	c := enrolment.Code{Secret: "A3KM79XQ"}
	full := c.WithCheck(root)
	if c.String() != "A3KM-79XQ" || len(full.String()) != 14 {
		t.Fatalf("shown as %s and %s", c, full)
	}
	for _, typed := range []string{full.String(), strings.ToLower(full.String()), " " + strings.ReplaceAll(full.String(), "-", "　") + " "} {
		if got, ok := enrolment.ParseCode(typed); !ok || got != full {
			t.Errorf("%q is %+v, %v", typed, got, ok)
		}
	}
	if got, ok := enrolment.ParseCode("ａ３ｋｍ－７９ｘｑ"); !ok || got != c {
		t.Errorf("full-width: %+v, %v", got, ok)
	}
	for _, typed := range []string{"", "A3KM", "A3KM-79XQ-HK", "A3KM-79X0", strings.Repeat("-", 100), "A3KM-79XQ-HKWF-A"} {
		if got, ok := enrolment.ParseCode(typed); ok {
			t.Errorf("%q is %+v", typed, got)
		}
	}
}

func TestTheCheckFitsOneRootAndOneSecret(t *testing.T) {
	full := enrolment.Code{Secret: "A3KM79XQ"}.WithCheck(root)
	if !full.Fits(root) {
		t.Fatal("it does not fit its own root")
	}
	other := full
	other.Secret = "A3KM79XR"
	bare := enrolment.Code{Secret: "A3KM79XQ"}
	if full.Fits(sha256.Sum256([]byte("another"))) || other.Fits(root) || bare.Fits(root) {
		t.Fatal("it fits what it must not")
	}
	// All sixteen letters come up: the check is not cut short anywhere.
	seen := map[rune]bool{}
	for i := range 200 {
		for _, r := range bare.WithCheck(sha256.Sum256([]byte{byte(i)})).Check {
			seen[r] = true
		}
	}
	if len(seen) != len(enrolment.Letters) {
		t.Errorf("%d letters in 200 checks", len(seen))
	}
}

func TestInvitationsAreReadBack(t *testing.T) {
	for _, i := range []enrolment.Invitation{
		{Hub: "https://10.1.2.3:8443", Code: enrolment.Code{Secret: "A3KM79XQ"}.WithCheck(root), Root: root[:]},
		{Hub: "http://127.0.0.1:8080", Code: enrolment.Code{Secret: "A3KM79XQ"}},
	} {
		got, err := enrolment.ParseInvitation(i.String())
		if err != nil || got.Hub != i.Hub || got.Code != i.Code || string(got.Root) != string(i.Root) {
			t.Errorf("%s is %+v, %v", i, got, err)
		}
	}
	for _, text := range []string{"", "https://hub", "huying://enrol", "huying://enrol?hub=https://h&code=x", "huying://enrol?code=A3KM79XQ",
		"huying://enrol?hub=https://h&code=A3KM79XQ&root=AAAA", "huying://other?hub=https://h&code=A3KM79XQ"} {
		if got, err := enrolment.ParseInvitation(text); err == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("A3KM-79XQ")
	f.Add("Ａ３ＫＭ　７９ＸＱ-hkwf")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := enrolment.ParseCode(typed)
		if ok && (len(code.Secret) != enrolment.SecretLength || strings.Trim(code.Secret+code.Check, enrolment.Letters) != "") {
			t.Fatalf("%q became %+v", typed, code)
		}
	})
}

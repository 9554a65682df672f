package release_test

import (
	"crypto/ed25519"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huying/internal/release"
)

func TestKeysSurviveTheirFiles(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	secret, err := release.EncodePrivate(private)
	if err != nil {
		t.Fatal(err)
	}
	open, err := release.EncodePublic(public)
	if err != nil {
		t.Fatal(err)
	}
	if k, err := release.ParsePrivate(secret); err != nil || !k.Equal(private) {
		t.Error(err)
	}
	if k, err := release.ParsePublic(open); err != nil || !k.Equal(public) {
		t.Error(err)
	}
	// One in the other's place, and nonsense, are refused.
	for _, text := range []string{string(open), "", "nonsense", strings.Replace(string(secret), "M", "N", 1)} {
		if _, err := release.ParsePrivate([]byte(text)); err == nil {
			t.Errorf("taken as private: %q", text)
		}
	}
	for _, text := range []string{string(secret), "", "nonsense"} {
		if _, err := release.ParsePublic([]byte(text)); err == nil {
			t.Errorf("taken as public: %q", text)
		}
	}
}

func TestVersionsAreOrderedAsDebianDoes(t *testing.T) {
	order := []string{"0", "0.2.9", "0.2.10~rc1", "0.2.10", "0.2.10-1", "0.2.10+1", "0.2.10-1-gabc", "0.2.10.1", "0.3.0~", "0.3.0", "0.3.0a", "1.0", "10.0"}
	for i, a := range order {
		for j, b := range order {
			if got := release.Newer(a, b); got != (i > j) {
				t.Errorf("%s newer than %s: %v", a, b, got)
			}
		}
	}
	if release.Compare("1.0", "1.00") != 0 {
		t.Error("1.0 and 1.00 are equal to Debian")
	}
}

func TestVersionsAreOrderedAsDpkgDoes(t *testing.T) {
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("SKIPPED: no dpkg on this machine")
	}
	word := rapid.StringMatching(`[0-9][0-9a-zB.+~-]{0,8}`)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		if n++; n > 60 { // each asks a program
			return
		}
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if strings.HasSuffix(a, "-") || strings.HasSuffix(b, "-") {
			return // an empty revision is an error to dpkg
		}
		want := exec.Command("dpkg", "--compare-versions", a, "gt", b).Run() == nil
		if got := release.Newer(a, b); got != want {
			t.Fatalf("%s newer than %s: %v, dpkg says %v", a, b, got, want)
		}
	})
}

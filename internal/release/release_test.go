package release_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"huying/internal/release"
)

func TestOnlyWhatWasSignedIsBelieved(t *testing.T) {
	public, private, _ := ed25519.GenerateKey(nil)
	file := bytes.Repeat([]byte("package "), 1000)
	m, err := release.Sign(private, "0.3.0", "arm64", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Verify(public); err != nil {
		t.Error(err)
	}
	if err := m.Matches(bytes.NewReader(file)); err != nil {
		t.Error(err)
	}
	for name, alter := range map[string]func(m *release.Manifest){
		"version": func(m *release.Manifest) { m.Version = "0.3.1" },
		"arch":    func(m *release.Manifest) { m.Arch = "amd64" },
		"size":    func(m *release.Manifest) { m.Size++ },
		"sha256":  func(m *release.Manifest) { m.SHA256 = strings.Repeat("0", 64) },
		"sig":     func(m *release.Manifest) { m.Sig = bytes.Repeat([]byte{1}, ed25519.SignatureSize) },
	} {
		bad := m
		alter(&bad)
		if err := bad.Verify(public); !errors.Is(err, release.ErrSignature) {
			t.Errorf("with another %s: %v", name, err)
		}
	}
	other, _, _ := ed25519.GenerateKey(nil)
	if err := m.Verify(other); !errors.Is(err, release.ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if err := m.Verify(nil); !errors.Is(err, release.ErrSignature) {
		t.Errorf("no key: %v", err)
	}
	for name, f := range map[string][]byte{"shorter": file[1:], "longer": append(file[:len(file):len(file)], 1), "altered": append([]byte("P"), file[1:]...)} {
		if m.Matches(bytes.NewReader(f)) == nil {
			t.Errorf("a %s package was taken", name)
		}
	}
}

func TestAManifestNamesWhatIsWrong(t *testing.T) {
	_, private, _ := ed25519.GenerateKey(nil)
	m, _ := release.Sign(private, "0.3.0", "arm64", strings.NewReader("x"))
	good, _ := json.Marshal(m)
	if got, err := release.Parse(bytes.NewReader(good)); err != nil || got.SHA256 != m.SHA256 {
		t.Fatal(got, err)
	}
	for field, text := range map[string]string{
		"version": strings.Replace(string(good), "0.3.0", "../x", 1),
		"arch":    strings.Replace(string(good), "arm64", "riscv", 1),
		"size":    strings.Replace(string(good), `"size":1`, `"size":0`, 1),
		"sha256":  strings.Replace(string(good), m.SHA256, "AA", 1),
		"sig":     `{"version":"0.3.0","arch":"arm64","size":1,"sha256":"` + m.SHA256 + `"}`,
		"sizes":   strings.Replace(string(good), `"size"`, `"sizes"`, 1),
	} {
		if _, err := release.Parse(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

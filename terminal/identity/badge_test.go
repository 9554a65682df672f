package identity

import (
	"testing"
)

// TestAttemptsToRenewPileNothingUp: each asks for TLS to the same address.
func TestAttemptsToRenewPileNothingUp(t *testing.T) {
	dir := t.TempDir()
	if _, err := LoadOrCreate(dir); err != nil {
		t.Fatal(err)
	}
	b, err := OpenBadge(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := b.TLS("https://hub.example", ""); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.caches) != 1 {
		t.Errorf("%d caches are kept", len(b.caches))
	}
}

package wire

import (
	"testing"

	"huying/internal/call"
)

// What is signed must never change by accident: kiosks in the field sign the
// old text.
func TestSignedTexts(t *testing.T) {
	if got := string(HelloText([]byte("nonce"), first.Kiosk)); got != "huying-hello\nnonce\n361025105204-1" {
		t.Errorf("%q", got)
	}
	if got := string(PressText(again, first, call.Urgent)); got != "huying-press\n361025105204-1.3.42\n361025105204-1.3.41\nurgent" {
		t.Errorf("%q", got)
	}
}

package wire_test

import (
	"testing"

	"huying/internal/call"
	"huying/internal/wire"
)

// The texts are a protocol: kiosks in the field sign exactly these bytes.
func TestSignedTextsAreThese(t *testing.T) {
	id := call.PressID{Kiosk: "361025105207-1", Mark: call.Mark{Boot: 7, Seq: 3}}
	of := call.PressID{Kiosk: "361025105207-1", Mark: call.Mark{Boot: 7, Seq: 2}}
	const press = "huying-press\n361025105207-1.7.3\n361025105207-1.7.2\nurgent"
	if got := string(wire.PressText(id, of, call.Urgent, call.ForHelp)); got != press {
		t.Errorf("press text is %q, want %q", got, press)
	}
	nonce := []byte("0123456789abcdef")
	const hello = "huying-hello\n0123456789abcdef\n361025105207-1"
	if got := string(wire.HelloText(nonce, id.Kiosk)); got != hello {
		t.Errorf("hello text is %q, want %q", got, hello)
	}
	if string(nonce) != "0123456789abcdef" {
		t.Error("the nonce was changed")
	}
}

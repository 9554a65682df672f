package wire

import (
	"testing"

	"huying/internal/call"
)

var onePress = Press{Press: call.PressID{Kiosk: "361025105207-1", Mark: call.Mark{Boot: 7, Seq: 42}},
	Call: call.PressID{Kiosk: "361025105207-1", Mark: call.Mark{Boot: 7, Seq: 41}}, Key: call.Urgent, AgeMS: 12, Sig: make([]byte, 64)}

func BenchmarkDecodePress(b *testing.B) {
	line, err := Encode(onePress)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodePressAck(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(PressAck{Press: onePress.Press, Call: onePress.Call}); err != nil {
			b.Fatal(err)
		}
	}
}

package wire

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huying/internal/call"
)

func drawID(t *rapid.T, name string) call.PressID {
	return call.PressID{Kiosk: rapid.StringMatching(`[a-z0-9-]{1,40}`).Draw(t, name+" kiosk"),
		Mark: call.Mark{Boot: rapid.Uint32().Draw(t, name+" boot"), Seq: rapid.Uint32Min(1).Draw(t, name+" seq")}}
}

// What is written by hand is what encoding/json writes, and is read the same.
func TestQuickFormIsThatOfJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		press := Press{Press: drawID(t, "press"), Call: drawID(t, "call"),
			Key: rapid.SampledFrom([]call.Key{call.Urgent, call.Enquiry}).Draw(t, "key"), AgeMS: rapid.Int64Min(0).Draw(t, "age")}
		press.Call.Kiosk = press.Press.Kiosk
		if n := rapid.IntRange(0, 128).Draw(t, "sig"); n > 0 {
			press.Sig = rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "bytes")
		}
		for _, f := range []Frame{press, PressAck{Press: press.Press, Call: press.Call}} {
			if f.Validate() != nil {
				continue // an age beyond the bound
			}
			body, _ := json.Marshal(f)
			want := []byte(`{"t":"` + string(f.Type()) + `","b":` + string(body) + `}`)
			got, err := Encode(f)
			if err != nil || !bytes.Equal(got, want) {
				t.Fatalf("wrote %s, want %s: %v", got, want, err)
			}
			back, ok := quick(got)
			if !ok || !reflect.DeepEqual(back, f) {
				t.Fatalf("%s was read as %#v", got, back)
			}
		}
	})
}

// Whatever is bent, the quick reader either leaves it to the other one or
// understands the same.
func TestQuickReaderNeverDisagrees(t *testing.T) {
	line, err := Encode(onePress)
	if err != nil {
		t.Fatal(err)
	}
	ack, err := Encode(PressAck{Press: onePress.Press, Call: onePress.Call})
	if err != nil {
		t.Fatal(err)
	}
	agree := func(data []byte) {
		t.Helper()
		got, ok := quick(data)
		if !ok {
			return
		}
		want, err := decode(data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: read quickly as %#v, otherwise as %#v %v", data, got, want, err)
		}
	}
	for _, whole := range [][]byte{line, ack} {
		if _, ok := quick(whole); !ok {
			t.Errorf("%s is not read quickly", whole)
		}
		for i := range whole {
			agree(whole[:i])
			agree(append(bytes.Clone(whole[:i]), whole[i+1:]...))
			for _, b := range []byte("\"\\{}[],:+-0 9\n\xff\x00ez") {
				bent := bytes.Clone(whole)
				bent[i] = b
				agree(bent)
				agree(append(append(bytes.Clone(whole[:i]), b), whole[i:]...))
			}
		}
	}
	for _, odd := range []string{
		strings.Replace(string(line), `"age_ms":12`, `"age_ms":012`, 1), strings.Replace(string(line), `"age_ms":12`, `"age_ms":1e1`, 1),
		strings.Replace(string(line), `,"sig"`, `,"key":"enquiry","sig"`, 1), string(line[:len(line)-1]) + `,"t":"PING"}`,
		strings.Replace(string(line), `"AAAA`, `"AA\nAA`, 1), strings.Replace(string(line), `"AAAA`, "\"AA\nAA", 1),
	} {
		agree([]byte(odd))
	}
}

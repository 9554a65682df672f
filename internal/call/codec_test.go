package call

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFactsSurviveTheStore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFact().Draw(t, "fact")
		kind, data, err := EncodeFact(f)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeFact(kind, data)
		if err != nil {
			t.Fatalf("%s %s: %v", kind, data, err)
		}
		if KindOf(back) != kind || !reflect.DeepEqual(f, back) {
			t.Fatalf("%+v became %+v", f, back)
		}
	})
}

func TestBadFactsAreRefusedByField(t *testing.T) {
	long := strings.Repeat("长", 2800) // 8,400 bytes
	for _, tc := range []struct{ kind, data, field string }{
		{KindPressed, `{"mark":{"boot":1,"seq":0},"key":"urgent"}`, "mark.seq"},
		{KindPressed, `{"mark":{"boot":1,"seq":1},"key":"blue"}`, "key"},
		{KindPressed, `{"mark":{"boot":1,"seq":1},"key":"urgent","sig":"` + strings.Repeat("AAAA", 43) + `"}`, "sig"},
		{KindAsked, `{"by":"Rome"}`, "site"},
		{KindAsked, `{}`, "site"},
		{KindGrant, `{"site":"361025","person":{"id":"p"},"live":true}`, "epoch"},
		{KindGrant, `{"epoch":1,"site":"361025","person":{"id":"p"}}`, "ending"},
		{KindGrant, `{"epoch":1,"site":"361025","person":{"id":"p"},"ending":"bored"}`, "ending"},
		{KindGrant, `{"epoch":1,"site":"","person":{"id":"p"},"live":true}`, "site"},
		{KindGrant, `{"epoch":1,"site":"361025","person":{},"live":true}`, "person.id"},
		{KindGrant, `{"epoch":1,"site":"361025","person":{"id":"p","name":"` + long + `"},"live":true}`, "person"},
		{KindSpoke, `{}`, "epoch"},
		{KindAttended, `{"by":{"id":"p"}}`, "who"},
		{KindAttended, `{"who":"村医","by":{"id":"p"},"note":"` + long + `"}`, "note"},
		{KindAttended, `{"who":"村医"}`, "person.id"},
		{KindClosed, `{"person":{"id":"p"},"site":"361025"}`, "disposition"},
		{KindClosed, `{"person":{"id":"p"},"site":"361025","disposition":"solved","note":"` + long + `"}`, "note"},
		{KindClosed, `{"site":"361025","disposition":"solved"}`, "person.id"},
		{KindClosed, `{"person":{"id":"p"},"disposition":"solved"}`, "site"},
	} {
		f, err := DecodeFact(tc.kind, []byte(tc.data))
		var fe *FieldError
		if !errors.As(err, &fe) || fe.Field != tc.field || fe.Want == "" {
			t.Errorf("%s %.80s gave %v, %v; want field %s", tc.kind, tc.data, f, err, tc.field)
		}
	}
	for _, tc := range [][2]string{{"gossip", `{}`}, {KindPressed, `[]`}, {KindPressed, ``}, {KindClosed, `{"person":7}`}} {
		if f, err := DecodeFact(tc[0], []byte(tc[1])); err == nil {
			t.Errorf("%s %s became %+v", tc[0], tc[1], f)
		}
	}
}

func FuzzDecodeFact(f *testing.F) {
	for _, k := range []string{KindPressed, KindAsked, KindGrant, KindSpoke, KindAttended, KindRated, KindClosed} {
		f.Add(k, []byte(`{"mark":{"boot":1,"seq":1},"key":"urgent","epoch":1,"site":"361025","by":"361025","live":true,"person":{"id":"p"}}`))
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		fact, err := DecodeFact(kind, data)
		if err != nil {
			return
		}
		c := New(theCall)
		c.Merge(fact)
		if c.Merge(fact) {
			t.Fatalf("%+v is news twice", fact)
		}
	})
}

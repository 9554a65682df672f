package wire

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

func refused(t *testing.T, data string) *Error {
	t.Helper()
	f, err := Decode([]byte(data))
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%.120s became %#v, %v", data, f, err)
	}
	if f != nil {
		t.Errorf("%.120s was refused and still gave %#v", data, f)
	}
	if r := e.Refuse(); r.Code != e.Code || r.Frame != e.Frame || r.Field != e.Field || r.Message == "" {
		t.Errorf("%v is told to the sender as %+v", e, r)
	}
	if _, err := Encode(e.Refuse()); err != nil {
		t.Errorf("the refusal %+v cannot be sent: %v", e.Refuse(), err)
	}
	if !strings.HasPrefix(e.Error(), "wire: "+e.Code) {
		t.Errorf("the error reads %q", e)
	}
	return e
}

func TestWhatIsNoFrameIsMalformed(t *testing.T) {
	for _, data := range []string{"", " ", "null", "7", `"PING"`, "[]", "{", `{"t":"PING"`, `{"t":7}`, `{"t":"PING","b":`,
		`{"t":"PING"}{"t":"PING"}`, "\x00\xff", `{"t":"PING","b":{}} x`,
		strings.Repeat(`{"t":`, 2000), strings.Repeat("[", MaxFrame), `{"t":"PING","b":` + strings.Repeat("[", 12000)} {
		if e := refused(t, data); e.Code != "malformed" && e.Code != "unknown_type" {
			t.Errorf("%.60q is %s", data, e.Code)
		}
	}
}

func TestTooLargeFramesAreRefusedUnread(t *testing.T) {
	fits := `{"t":"PING","b":{"x":"` + strings.Repeat("x", MaxFrame-25) + `"}}`
	if len(fits) != MaxFrame {
		t.Fatal(len(fits))
	}
	if _, err := Decode([]byte(fits)); err != nil {
		t.Errorf("a frame of exactly %d bytes: %v", MaxFrame, err)
	}
	if e := refused(t, fits+" "); e.Code != "too_large" {
		t.Error(e)
	}
	var e *Error
	if _, err := Encode(Refuse{Code: "x", Message: strings.Repeat("x", MaxFrame)}); !errors.As(err, &e) || e.Code != "too_large" || e.Frame != TRefuse {
		t.Error(err)
	}
}

func TestUnknownTypesAreRefusedByName(t *testing.T) {
	if e := refused(t, `{"t":"GOSSIP","b":{}}`); e.Code != "unknown_type" || e.Frame != "GOSSIP" {
		t.Error(e)
	}
	if e := refused(t, `{"t":"`+strings.Repeat("G", 5000)+`","b":{}}`); e.Code != "unknown_type" || len(e.Frame) != 40 {
		t.Error(e)
	}
	if e := refused(t, `{}`); e.Code != "unknown_type" {
		t.Error(e)
	}
	if e := refused(t, `{"t":"ping","b":{}}`); e.Code != "unknown_type" {
		t.Error(e)
	}
}

// A newer program may say more than this one understands.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	for name, f := range golden {
		line, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		more := strings.TrimSuffix(string(line), "}}") + `,"tomorrow":{"deep":[1,{"x":null}]}},"also":7}`
		more = strings.Replace(more, "{,", "{", 1)
		back, err := Decode([]byte(more))
		if err != nil {
			t.Errorf("%s: %v in %s", name, err, more)
			continue
		}
		if !reflect.DeepEqual(back, f) {
			t.Errorf("%s reads as %#v, want %#v", name, back, f)
		}
	}
}

func TestAFrameWithoutABodyIsAnEmptyOne(t *testing.T) {
	for _, data := range []string{`{"t":"PONG"}`, `{"t":"PONG","b":null}`, `{"t":"PONG","b":{}}`} {
		if f, err := Decode([]byte(data)); err != nil || f != (Pong{}) {
			t.Errorf("%s: %#v %v", data, f, err)
		}
	}
}

// Each field that can be wrong, and the name under which it is refused.
func TestInvalidFieldsAreNamed(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, tc := range []struct {
		golden string
		change map[string]any // by path; nil removes the field
		field  string
	}{
		{"challenge", map[string]any{"nonce": "AAAA"}, "nonce"},
		{"challenge", map[string]any{"nonce": strings.Repeat("AAAA", 22)}, "nonce"},
		{"challenge", map[string]any{"nonce": 7}, "nonce"},
		{"hello", map[string]any{"kiosk": "Upper"}, "kiosk"},
		{"hello", map[string]any{"kiosk": 7}, "kiosk"},
		{"hello", map[string]any{"proto": 2}, "proto"},
		{"hello", map[string]any{"proto": "1"}, "proto"},
		{"hello", map[string]any{"boot_no": 0}, "boot_no"},
		{"hello", map[string]any{"boot_no": -1}, "boot_no"},
		{"hello", map[string]any{"boot_no": 4294967296}, "boot_no"},
		{"hello", map[string]any{"next_seq": nil}, "boot_no"},
		{"hello", map[string]any{"version": long}, "boot_id"},
		{"hello", map[string]any{"episode.open.call": "other.1.1"}, "open.call"},
		{"hello", map[string]any{"episode.open.grant.site": ""}, "site"},
		{"hello", map[string]any{"episode.open.grant.epoch": "x"}, "episode.open.grant.epoch"},
		{"ping_vouching", map[string]any{"episode.ended": []any{1}}, "episode.ended"},
		{"ping_vouching", map[string]any{"episode.ended": make([]struct{}, 9)}, "ended"},
		{"ping_vouching", map[string]any{"episode.ended": []any{map[string]any{}}}, "ended.call"},
		{"welcome", map[string]any{"site": "x y"}, "site"},
		{"press", map[string]any{"key": "blue"}, "key"},
		{"press", map[string]any{"key": nil}, "key"},
		{"press", map[string]any{"press": nil}, "press"},
		{"press", map[string]any{"call": nil}, "call"},
		{"press", map[string]any{"call": "other.1.1"}, "call"},
		{"press", map[string]any{"age_ms": -1}, "age_ms"},
		{"press", map[string]any{"age_ms": 1.5}, "age_ms"},
		{"press", map[string]any{"sig": strings.Repeat("AAAA", 43)}, "sig"},
		{"press_ack", map[string]any{"press": nil}, "press"},
		{"condition", map[string]any{"kiosk": "Upper"}, "kiosk"},
		{"condition", map[string]any{"state": ""}, "state"},
		{"condition", map[string]any{"since_ms": -1}, "since_ms"},
		{"condition", map[string]any{"failed": []any{long}}, "failed"},
		{"condition", map[string]any{"power.percent": 101}, "power"},
		{"ticket", map[string]any{"id": ""}, "id"},
		{"ticket", map[string]any{"rev": 0}, "rev"},
		{"ticket", map[string]any{"body": 7}, "body"},
		{"ticket_ack", map[string]any{"id": long}, "id"},
		{"ticket_do", map[string]any{"action": nil}, "action"},
		{"ticket_do", map[string]any{"site": "x y"}, "site"},
		{"ticket_do", map[string]any{"person.id": ""}, "person.id"},
		{"press_ack", map[string]any{"call": nil}, "call"},
		{"press_hold", map[string]any{"reason": ""}, "reason"},
		{"press_hold", map[string]any{"press": nil}, "call"},
		{"claim", map[string]any{"person.id": ""}, "person.id"},
		{"claim", map[string]any{"person": "li"}, "person"},
		{"claim", map[string]any{"after": -1}, "after"},
		{"claim", map[string]any{"site": nil}, "site"},
		{"claim", map[string]any{"call": nil}, "call"},
		{"grant_live", map[string]any{"grant.epoch": 0}, "epoch"},
		{"grant_live", map[string]any{"grant.live": "yes"}, "grant.live"},
		{"grant_live", map[string]any{"call": nil}, "call"},
		{"grant_over", map[string]any{"grant.ending": "bored"}, "ending"},
		{"deny_taken", map[string]any{"call": nil}, "call"},
		{"deny_taken", map[string]any{"site": ""}, "site"},
		{"deny_taken", map[string]any{"grant.site": ""}, "site"},
		{"deny_closed", map[string]any{"closing.disposition": ""}, "disposition"},
		{"release", map[string]any{"epoch": 0}, "epoch"},
		{"release", map[string]any{"ending": "lapsed"}, "ending"},
		{"release", map[string]any{"site": nil}, "site"},
		{"release", map[string]any{"person": nil}, "person.id"},
		{"release", map[string]any{"call": nil}, "call"},
		{"state_ringing", map[string]any{"code": "asleep"}, "code"},
		{"state_ringing", map[string]any{"call": nil}, "call"},
		{"state_closed", map[string]any{"closing": nil}, "closing"},
		{"state_closed", map[string]any{"closing.person.id": ""}, "person.id"},
		{"media", map[string]any{"token": nil}, "url"},
		{"media", map[string]any{"call": nil}, "call"},
		{"health", map[string]any{"ledger.unacked": 1}, "ledger.waiting"},
		{"health", map[string]any{"ledger.made": -1}, "ledger.made"},
		{"health", map[string]any{"faults": make([]Fault, 33)}, "faults"},
		{"health", map[string]any{"faults": []Fault{{Part: "red"}}}, "faults"},
		{"health", map[string]any{"tests": []Test{{Name: "disk", Result: "perhaps"}}}, "tests.result"},
		{"health", map[string]any{"power": Power{Percent: 101}}, "power"},
		{"health", map[string]any{"config.error": long}, "config.error"},
		{"health_update", map[string]any{"update.phase": "perhaps"}, "update"},
		{"health_update", map[string]any{"update.version": "../x"}, "update"},
		{"update", map[string]any{"release.version": "../x"}, "release"},
		{"config", map[string]any{"rev": 0}, "rev"},
		{"config", map[string]any{"settings": []int{1}}, "settings"},
		{"press", map[string]any{"purpose": "sport"}, "purpose"},
		{"refuse", map[string]any{"code": nil}, "code"},
		{"peer", map[string]any{"proto": 0}, "proto"},
		{"peer", map[string]any{"site": nil}, "site"},
		{"fact_asked", map[string]any{"n": 0}, "n"},
		{"fact_asked", map[string]any{"age_ms": -1}, "age_ms"},
		{"fact_asked", map[string]any{"call": nil}, "call"},
		{"fact_asked", map[string]any{"data.by": ""}, "site"},
		{"fact_grant", map[string]any{"data": nil}, "data"},
		{"fact_grant", map[string]any{"data.epoch": "x"}, "epoch"},
		{"fact_grant", map[string]any{"kind": "gossip"}, "kind"},
		{"fact_ack", map[string]any{"n": "x"}, "n"},
		{"press", map[string]any{"press": "nonsense"}, "press"},
		{"press", map[string]any{"call": 7}, "call"},
		{"press", map[string]any{"call": "k.1.0"}, "call"},
		{"hello", map[string]any{"episode.open.call": "nonsense"}, ""},
		{"fact_ack", map[string]any{"n": []int{1}}, "n"},
		{"register", map[string]any{"kiosk": "村"}, "kiosk"},
		{"register", map[string]any{"public_key": "AAAA"}, "public_key"},
		{"register", map[string]any{"point_name": long}, "point_name"},
		{"register", map[string]any{"township": nil}, "site"},
		{"register", map[string]any{"point": nil}, "site"},
	} {
		line, err := Encode(golden[tc.golden])
		if err != nil {
			t.Fatal(err)
		}
		changed := change(t, line, tc.change)
		if e := refused(t, changed); e.Code != "invalid" || e.Frame != golden[tc.golden].Type() || e.Field != tc.field {
			t.Errorf("%s with %v: %v (field %q), want field %s", tc.golden, tc.change, e, e.Field, tc.field)
		}
	}
}

// change sets fields of a frame's body by their path.
func change(t *testing.T, line []byte, set map[string]any) string {
	t.Helper()
	var env map[string]any
	if err := json.Unmarshal(line, &env); err != nil {
		t.Fatal(err)
	}
	for path, v := range set {
		at := env["b"].(map[string]any)
		steps := strings.Split(path, ".")
		for _, s := range steps[:len(steps)-1] {
			at = at[s].(map[string]any)
		}
		last := steps[len(steps)-1]
		if at[last] = v; v == nil {
			delete(at, last)
		}
	}
	out, err := json.Marshal(env)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// What is not valid is not sent either.
func TestInvalidFramesAreNotSent(t *testing.T) {
	var e *Error
	if _, err := Encode(Press{}); !errors.As(err, &e) || e.Code != "invalid" || e.Frame != TPress || e.Field != "press" {
		t.Error(err)
	}
	if _, err := Encode(Config{Rev: 1, Settings: json.RawMessage("{")}); !errors.As(err, &e) || e.Code != "invalid" || e.Frame != TConfig {
		t.Error(err)
	}
}

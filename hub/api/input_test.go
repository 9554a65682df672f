package api_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"huying/hub/refusal"
)

func TestABadBodyIsNamedWithTheRemedy(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	closing := "/api/calls/" + callID + "/close"
	for _, c := range []struct {
		name, path, body string
		status           int
		code, location   string
		says             string
	}{
		{"not JSON", closing, `{"disposition":`, 400, "bad_request", "", "JSON"},
		{"nothing", closing, ``, 400, "bad_request", "", "JSON"},
		{"a list", closing, `[]`, 422, "bad_field", "body", "对象"},
		{"deep", closing, strings.Repeat("[", 60_000), 400, "bad_request", "", "JSON"},
		{"deep and closed", closing, strings.Repeat("[", 30_000) + strings.Repeat("]", 30_000), 400, "bad_request", "", "JSON"},
		{"too large", closing, `{"note":"` + strings.Repeat("x", 64<<10) + `"}`, 413, "body_too_large", "", "64 KiB"},
		{"missing", closing, `{"note":""}`, 422, "bad_field", "body.disposition", "必须填写"},
		{"unknown outcome", closing, `{"disposition":"gone"}`, 422, "bad_field", "body.disposition", "应为以下之一"},
		{"unknown field", closing, `{"disposition":"solved","extra":1}`, 422, "bad_field", "body.extra", "没有这一项"},
		{"long note", closing, `{"disposition":"solved","note":"` + strings.Repeat("长", 2001) + `"}`, 422, "bad_field", "body.note", "2000"},
		{"other without note", closing, `{"disposition":"other","note":"  "}`, 422, "bad_field", "body.note", "写明"},
		{"nobody attended", "/api/calls/" + callID + "/attended", `{"who":" "}`, 422, "bad_field", "body.who", "现场"},
		{"a text for a number", "/api/calls/" + callID + "/speech", `{"heard_ms":"1","level_dbfs":-1}`, 422, "bad_field", "body.heard_ms", "数字"},
		{"a fraction", "/api/calls/" + callID + "/speech", `{"heard_ms":1.5,"level_dbfs":-1}`, 422, "bad_field", "body.heard_ms", "数字"},
		{"a huge number", "/api/calls/" + callID + "/speech", `{"heard_ms":1e30,"level_dbfs":-1}`, 422, "bad_field", "body.heard_ms", ""},
		{"louder than full", "/api/calls/" + callID + "/speech", `{"heard_ms":1,"level_dbfs":1}`, 422, "bad_field", "body.level_dbfs", "不能大于 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.refused(c.status, c.code, "POST", c.path, c.body)
			if c.location != "" && (len(p.Errors) == 0 || p.Errors[0].Location != c.location || !strings.Contains(p.Errors[0].Message, c.says)) {
				t.Fatalf("%+v", p)
			}
			if !strings.Contains(p.Detail, c.says) {
				t.Fatalf("detail %q", p.Detail)
			}
		})
	}
	if len(site.desk.asked) != 0 {
		t.Fatal("the desk was asked:", site.desk.asked)
	}
}

func TestOnlyJSONIsRead(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	for _, ct := range []string{"text/plain", "application/x-www-form-urlencoded", "application/cbor", "nonsense;;"} {
		b.header.Set("Content-Type", ct)
		b.refused(415, "wrong_content_type", "PUT", "/api/duty", `{"on":true}`)
	}
	b.header.Set("Content-Type", "application/json; charset=utf-8")
	b.expect(200, "PUT", "/api/duty", `{"on":true}`)
	b.header.Set("Accept", "text/html")
	b.expect(200, "GET", "/api/points", "")
}

func TestUnknownPathsAndMethodsAreProblemsToo(t *testing.T) {
	site := open(t)
	b := site.browser()
	b.refused(404, "unknown_path", "GET", "/api/nothing", "")
	b.refused(404, "unknown_path", "GET", "/api/session/", "")
	w := b.expect(405, "DELETE", "/api/calls", "")
	problem(t, w, "method_not_allowed")
	if allow := w.Header().Values("Allow"); !slices.Equal(allow, []string{"GET"}) {
		t.Fatalf("Allow: %v", allow)
	}
	op := site.signedIn("operator")
	op.refused(422, "bad_field", "GET", "/api/calls?limit=0", "")
	op.refused(422, "bad_field", "GET", "/api/calls?limit=many", "")
	op.refused(422, "bad_field", "GET", "/api/calls?limt=5", "")
	op.refused(422, "bad_field", "GET", "/api/calls/361025105207-1."+strings.Repeat("9", 200), "")
}

func TestTheDesksRefusalsArriveWithTheirCode(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	for code, status := range map[string]int{
		refusal.CallTaken: 409, refusal.SpeechNeeded: 409, refusal.NotOnDuty: 409, refusal.WrongPhase: 409,
		refusal.UnknownCall: 404, refusal.MediaDown: 503, refusal.StoreDown: 503, "a_new_rule": 409,
	} {
		site.desk.err = refusal.New(code, "张三（接线员）已接听，请看其他呼叫。")
		if p := b.refused(status, code, "POST", "/api/calls/"+callID+"/answer", ""); !strings.Contains(p.Detail, "张三") {
			t.Errorf("%s: %+v", code, p)
		}
	}
	site.desk.err = errors.New("row 5 of table call")
	p := b.refused(500, "internal", "POST", "/api/calls/"+callID+"/hang-up", "")
	if strings.Contains(p.Detail, "table") || !bytes.Contains(site.log.Bytes(), []byte("row 5 of table call")) {
		t.Fatalf("%+v", p)
	}
	b.refused(500, "internal", "GET", "/readyz", "")
	b.expect(200, "GET", "/livez", "")
}

func TestWhatWasSentReachesTheDesk(t *testing.T) {
	site := open(t)
	b := site.signedIn("operator")
	at := "/api/calls/" + callID
	b.expect(204, "POST", at+"/speech", `{"heard_ms":400,"level_dbfs":-31.5}`)
	b.expect(202, "POST", at+"/attended", `{"who":" 李四 ","note":"到了"}`)
	b.expect(202, "POST", at+"/close", `{"disposition":"other","note":"灯坏了"}`)
	b.expect(202, "POST", at+"/hang-up", "")
	b.expect(200, "PUT", "/api/duty", `{"on":false}`)
	want := []string{
		"speech id-operator " + callID + " 400ms", "attended id-operator " + callID + " 李四 到了",
		"close id-operator " + callID + " other 灯坏了", "hang up id-operator " + callID, "duty id-operator off",
	}
	if !slices.Equal(site.desk.asked, want) {
		t.Fatalf("asked %q", site.desk.asked)
	}
	body := b.expect(200, "GET", at, "").Body.String()
	if !strings.Contains(body, `"events":[]`) || strings.Contains(body, "$schema") {
		t.Fatal(body)
	}
}

func TestAKioskIsAddedAndEnrolledOnce(t *testing.T) {
	site := open(t)
	admin := site.signedIn("administrator")
	add := func(point, kiosk string) string {
		return `{"point":{"code":"` + point + `","name":"流坑村"},"kiosk":"` + kiosk + `"}`
	}
	admin.expect(201, "POST", "/api/points", add("361025105208", "361025105208-1"))
	admin.refused(409, "kiosk_exists", "POST", "/api/points", add("361025105208", "361025105208-1"))
	admin.refused(403, "foreign_unit", "POST", "/api/points", add("361025106208", "361025106208-1"))
	for _, body := range []string{add("361025105208", "1"), add("361025105", "361025105-1"), add("3610251x5208", "3610251x5208-1"), add("", "-1")} {
		admin.refused(422, "bad_field", "POST", "/api/points", body)
	}
	admin.refused(404, "unknown_kiosk", "POST", "/api/points/361025105209-1/enrolment", "")
	issued := decode[struct {
		Code    string `json:"code"`
		Expires string `json:"expires_at"`
		QR      string `json:"qr"`
		Address string `json:"address"`
	}](t, admin.expect(200, "POST", "/api/points/361025105208-1/enrolment", ""))
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	public := base64.StdEncoding.EncodeToString(key)
	kiosk := site.browser()
	kiosk.header.Del("Origin") // a kiosk's agent, not a page
	kiosk.refused(422, "bad_field", "POST", "/api/enrol", `{"code":"AAAA","public_key":"`+public+`"}`)
	kiosk.refused(422, "bad_field", "POST", "/api/enrol", `{"code":"`+issued.Code+`","public_key":"AAAA"}`)
	kiosk.refused(403, "bad_code", "POST", "/api/enrol", `{"code":"AAAA-AAAA","public_key":"`+public+`"}`)
	w := kiosk.expect(200, "POST", "/api/enrol", `{"code":" `+strings.ToLower(issued.Code)+`","public_key":"`+public+`"}`)
	if !strings.Contains(w.Body.String(), `"kiosk":"361025105208-1"`) || !strings.Contains(w.Body.String(), "牛田镇") {
		t.Fatal(w.Body)
	}
	kiosk.refused(403, "bad_code", "POST", "/api/enrol", `{"code":"`+issued.Code+`","public_key":"`+public+`"}`)
	k, err := site.store.Kiosk(t.Context(), "361025105208-1")
	if err != nil || !k.Enrolled() || !bytes.Equal(k.PublicKey, key) {
		t.Fatalf("%+v %v", k, err)
	}
	for range 5 {
		kiosk.do("POST", "/api/enrol", `{"code":"AAAA-AAAA","public_key":"`+public+`"}`)
	}
	kiosk.refused(429, "too_many_attempts", "POST", "/api/enrol", `{"code":"AAAA-AAAA","public_key":"`+public+`"}`)
}

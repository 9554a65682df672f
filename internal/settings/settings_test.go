package settings_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"huying/internal/settings"
)

const whole = `{"phones":[{"label":"值班室","number":"0794-0000001"}],"volume":80,"media_origins":["wss://v.example"],
	"home_url":"https://hub.example:8443","last_url":"wss://county.example"}`

func TestEveryFieldIsRead(t *testing.T) {
	v, err := settings.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	for i := range reflect.TypeFor[settings.Values]().NumField() {
		if reflect.ValueOf(v).Field(i).IsZero() {
			t.Errorf("%s was not read", reflect.TypeFor[settings.Values]().Field(i).Name)
		}
	}
	if len(settings.Names()) != reflect.TypeFor[settings.Values]().NumField() {
		t.Error("a field cannot be set")
	}
	if got := (settings.Values{}).Over(v); !reflect.DeepEqual(got, v) {
		t.Errorf("nothing over it changed it: %+v", got)
	}
	if got := v.Over(settings.Values{Volume: 30}); !reflect.DeepEqual(got, v) {
		t.Errorf("not all lies over it: %+v", got)
	}
	raw, _ := json.Marshal(v)
	if back, err := settings.Parse(raw); err != nil || !reflect.DeepEqual(back, v) {
		t.Errorf("written and read: %+v, %v", back, err)
	}
}

func TestWhatCannotBeUsedIsNamed(t *testing.T) {
	for raw, field := range map[string]string{
		`[]`: "settings", `null`: "settings", `{} {}`: "settings", `{"a":` + strings.Repeat(" ", settings.MaxBytes) + `1}`: "settings",
		`{"data_dir":"/"}`: "data_dir", `{"volume":0.5}`: "volume", `{"volume":5}`: "volume", `{"volume":101}`: "volume",
		`{"phones":[{"label":"","number":"1"}]}`: "phones[0]", `{"phones":[{"label":"a","number":"1","x":1}]}`: "phones",
		`{"phones":[{"label":"a\nb","number":"1"}]}`: "phones[0]",
		`{"media_origins":["wss://v.example/x"]}`:    "media_origins[0]", `{"media_origins":["file:///etc"]}`: "media_origins[0]",
		`{"home_url":"hub.example"}`: "home_url", `{"last_url":"https://a@b"}`: "last_url", `{"home_url":"https://"}`: "home_url",
	} {
		_, err := settings.Parse([]byte(raw))
		var fe *settings.FieldError
		if !errors.As(err, &fe) || fe.Field != field || !strings.HasSuffix(fe.Remedy, "。") {
			t.Errorf("%.60s gives %v, want one at %s", raw, err, field)
		}
	}
}

// Package settings is what a hub may tell its kiosks from afar: a short list,
// so that no remote change can open a kiosk or silence it for good. Hub and
// kiosk both check with this code; the kiosk believes nobody.
package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Values are settings; what is absent is as the kiosk's own file has it.
type Values struct {
	Phones       []Phone  `json:"phones,omitempty"`        // shown when no line is left
	Volume       int      `json:"volume,omitempty"`        // of prompts and talk, in percent, LeastVolume to 100
	MediaOrigins []string `json:"media_origins,omitempty"` // voice servers beside the sites' own addresses
	HomeURL      string   `json:"home_url,omitempty"`      // where its home is reached
	LastURL      string   `json:"last_url,omitempty"`      // where the last resort is reached
}

// Phone is a number for when no line is left.
type Phone struct {
	Label  string `json:"label"`
	Number string `json:"number"`
}

// Bounds of Values. LeastVolume is no mute: who presses must hear that it
// rings.
const (
	MaxBytes    = 4096 // of the JSON; a CONFIG frame holds 16 KiB
	MaxPhones   = 6    // what a 1024x600 screen shows
	MaxOrigins  = 8
	LeastVolume = 20
	maxWord     = 40 // of labels, numbers and revisions, in characters
)

// FieldError names the setting that cannot be used and the remedy, in Chinese.
type FieldError struct{ Field, Remedy string }

func (e *FieldError) Error() string { return e.Field + "：" + e.Remedy }

func bad(field, remedy string) error { return &FieldError{field, remedy} }

// fields reads each setting; what is not here does not exist.
var fields = map[string]func(*Values, json.RawMessage) error{
	"phones":        func(v *Values, raw json.RawMessage) error { return strict(raw, &v.Phones) },
	"volume":        func(v *Values, raw json.RawMessage) error { return strict(raw, &v.Volume) },
	"media_origins": func(v *Values, raw json.RawMessage) error { return strict(raw, &v.MediaOrigins) },
	"home_url":      func(v *Values, raw json.RawMessage) error { return strict(raw, &v.HomeURL) },
	"last_url":      func(v *Values, raw json.RawMessage) error { return strict(raw, &v.LastURL) },
}

func strict(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// Parse reads and validates a JSON object; its error is a *FieldError.
func Parse(raw []byte) (Values, error) {
	var v Values
	if len(raw) > MaxBytes {
		return v, bad("settings", fmt.Sprintf("内容太长，最多 %d 字节。", MaxBytes))
	}
	var given map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&given); err != nil || given == nil {
		return v, bad("settings", "应是一个 JSON 对象。")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, bad("settings", "应是一个 JSON 对象，后面不能再有内容。")
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		read, ok := fields[name]
		if !ok {
			return v, bad(clip(name), "不能远程设置这一项；可以设置的有 "+strings.Join(Names(), "、")+"。")
		}
		if err := read(&v, given[name]); err != nil {
			return v, bad(name, "格式不对，请对照接口说明改正。")
		}
	}
	return v, v.Validate()
}

func clip(s string) string {
	if r := []rune(s); len(r) > maxWord {
		return string(r[:maxWord])
	}
	return s
}

// Names lists the settings that there are.
func Names() []string { return slices.Sorted(maps.Keys(fields)) }

// Validate checks what is there; its error is a *FieldError.
func (v Values) Validate() error {
	if len(v.Phones) > MaxPhones {
		return bad("phones", fmt.Sprintf("最多 %d 个电话。", MaxPhones))
	}
	for i, p := range v.Phones {
		if !word(p.Label) || !word(p.Number) {
			return bad(fmt.Sprintf("phones[%d]", i), "label 和 number 都要填写，各不超过 40 个字。")
		}
	}
	if v.Volume != 0 && (v.Volume < LeastVolume || v.Volume > 100) {
		return bad("volume", fmt.Sprintf("音量应为 %d 到 100，不能静音。", LeastVolume))
	}
	if len(v.MediaOrigins) > MaxOrigins {
		return bad("media_origins", fmt.Sprintf("最多 %d 个地址。", MaxOrigins))
	}
	for i, o := range v.MediaOrigins {
		if !origin(o) {
			return bad(fmt.Sprintf("media_origins[%d]", i), "应写成 wss://主机 或 wss://主机:端口，后面没有路径。")
		}
	}
	for _, f := range []struct{ name, url string }{{"home_url", v.HomeURL}, {"last_url", v.LastURL}} {
		if f.url != "" && !origin(f.url) {
			return bad(f.name, "应写成 https://主机 或 https://主机:端口，后面没有路径。")
		}
	}
	return nil
}

func word(s string) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxWord && !strings.ContainsFunc(s, unicode.IsControl)
}

// origin reports whether s is a scheme and a host and nothing else.
func origin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || len(s) > 200 || s != u.Scheme+"://"+u.Host {
		return false
	}
	return slices.Contains([]string{"ws", "wss", "http", "https"}, u.Scheme)
}

// Over gives v laid over what is under it.
func (v Values) Over(under Values) Values {
	out := under
	if len(v.Phones) > 0 {
		out.Phones = v.Phones
	}
	if v.Volume != 0 {
		out.Volume = v.Volume
	}
	if len(v.MediaOrigins) > 0 {
		out.MediaOrigins = v.MediaOrigins
	}
	if v.HomeURL != "" {
		out.HomeURL = v.HomeURL
	}
	if v.LastURL != "" {
		out.LastURL = v.LastURL
	}
	return out
}

// Plain reports whether an address goes without encryption.
func Plain(address string) bool {
	return strings.HasPrefix(address, "ws:") || strings.HasPrefix(address, "http:")
}

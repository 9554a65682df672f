package hub_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huying/hub"
)

const goodSettings = `
unit: {code: "361025105", name: 牛田镇}
listen: 127.0.0.1:8080
data: /var/lib/huying
parent: {unit: {code: "361025", name: 乐安县}, url: "https://county.example", secret: 0123456789abcdef}
`

func read(t *testing.T, text string) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hub.yaml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	_, err := hub.ReadConfig(path)
	return err
}

// Each wrong setting is refused, and the error names it in the file's words.
func TestSettingsAreRefusedByName(t *testing.T) {
	must(t, read(t, goodSettings))
	for name, c := range map[string]struct{ from, to, names string }{
		"unknown key":        {"data:", "datta: x\ndata:", "datta"},
		"not YAML":           {"unit:", "unit: [", "hub.yaml"},
		"no unit":            {`code: "361025105"`, `code: "x"`, "unit"},
		"no port":            {"127.0.0.1:8080", "127.0.0.1", "listen"},
		"all addresses":      {"127.0.0.1:8080", "0.0.0.0:8080", "public_url"},
		"public address":     {"data:", "public_url: ftp://x\ndata:", "public_url"},
		"origin":             {"data:", `origins: ["pages example"]` + "\ndata:", "origins[0]"},
		"no data":            {"data: /var/lib/huying", "", "data"},
		"metrics outside":    {"data:", "metrics: 10.0.0.1:9090\ndata:", "metrics"},
		"parent's address":   {"https://county.example", "wss://county.example", "parent.url"},
		"parent's unit":      {`code: "361025", name`, `code: "361026", name`, "parent.unit"},
		"short secret":       {"0123456789abcdef", "short", "parent.secret"},
		"foreign child":      {"data:", "children: [{unit: {code: \"361025100\", name: x}, secret: 0123456789abcdef}]\ndata:", "children[0].unit"},
		"a post nobody has":  {"data:", "ladders: [{key: urgent, after: 0s, posts: [setas]}]\ndata:", "setas"},
		"ladder without 0 s": {"data:", "ladders: [{key: urgent, after: 5s, posts: [seats]}]\ndata:", "ladders"},
		"a bare number":      {"data:", "ladders: [{key: urgent, after: 0s, posts: [seats]}, {key: urgent, after: 10, posts: [parent]}]\ndata:", "after"},
		"third key":          {"data:", "ladders: [{key: blue, after: 0s, posts: [seats]}]\ndata:", "ladders.key"},
		"media mode":         {"data:", "media: {mode: other}\ndata:", "mode"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(goodSettings, c.from, c.to, 1)
			if text == goodSettings {
				t.Fatalf("%q is not in the settings", c.from)
			}
			err := read(t, text)
			if err == nil || !strings.Contains(err.Error(), c.names) {
				t.Fatalf("got %v, want an error that names %s", err, c.names)
			}
		})
	}
}

func TestSeedIsRefusedByName(t *testing.T) {
	for name, c := range map[string]struct{ text, names string }{
		"unknown key":    {"people:\n  - {acount: wang}\n", "acount"},
		"weak role":      {"people:\n  - {id: p1, account: wang, password: mima-wang-1, name: 王, post: 接线员, role: king, unit: \"361025105\"}\n", "wang"},
		"short password": {"people:\n  - {id: p1, account: wang, password: x, name: 王, post: 接线员, role: operator, unit: \"361025105\"}\n", "wang"},
		"foreign id":     {"kiosks:\n  - {id: x, point: {code: \"361025105207\", name: 流坑村}, township: {code: \"361025105\", name: 牛田镇}}\n", "终端编号"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newHub(t, hub.Config{Unit: niutian}, c.text)
			if err := w.tryStart(); err == nil || !strings.Contains(err.Error(), c.names) {
				t.Fatalf("got %v, want an error that names %s", err, c.names)
			}
		})
	}
}

package manual

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"huying/hub"
	"huying/terminal"
)

var block = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// example writes the first YAML block of the manual with a word in it to a file.
func example(t *testing.T, word string) (text, path string) {
	t.Helper()
	raw, err := os.ReadFile("install.zh-CN.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range block.FindAllStringSubmatch(string(raw), -1) {
		if strings.Contains(b[1], word) {
			path = filepath.Join(t.TempDir(), "settings.yaml")
			if err := os.WriteFile(path, []byte(b[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			return b[1], path
		}
	}
	t.Fatalf("the manual has no example with %q", word)
	return "", ""
}

// complete fails for each setting that the example does not mention.
func complete(t *testing.T, text string, config any) {
	t.Helper()
	for key := range keys(reflect.TypeOf(config)) {
		if !regexp.MustCompile(`(?m)\b` + regexp.QuoteMeta(key) + `\b`).MatchString(text) {
			t.Errorf("the example does not mention %s", key)
		}
	}
}

func keys(t reflect.Type) map[string]bool {
	out := map[string]bool{}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return out
	}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("koanf"); tag != "" {
			out[tag] = true
			for k := range keys(t.Field(i).Type) {
				out[k] = true
			}
		}
	}
	return out
}

func TestHubExample(t *testing.T) {
	text, path := example(t, "ladders:")
	if _, err := hub.ReadConfig(path); err != nil {
		t.Fatal(err)
	}
	complete(t, text, hub.Config{})
}

func TestTerminalExample(t *testing.T) {
	text, path := example(t, "panel_listen:")
	c, err := terminal.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	complete(t, text, terminal.Config{})
}

package tree

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTreeKeepsItsRules(t *testing.T) {
	tree := load(t, os.DirFS("../.."))
	if len(tree) < 100 {
		t.Fatalf("only %d files were read", len(tree))
	}
	for _, v := range violations(tree) {
		t.Error(v)
	}
	for file := range exempt {
		if _, err := os.Stat("../../" + file); err != nil {
			t.Errorf("%s is exempt and does not exist", file)
		}
	}
}

// TestRulesBite breaks each rule in a small tree; whoever loosens one sees it here.
func TestRulesBite(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string // of the first violation; empty: none
	}{
		"a clean tree": {map[string]string{
			"internal/wire/doc.go":  "// Package wire is.\npackage wire\nimport (\"fmt\"; \"huying/internal/call\")",
			"internal/call/call.go": "// Package call is.\npackage call",
			"cmd/hub/main.go":       "// Command hub is.\npackage main\nimport (\"os\"; \"huying/hub\"; \"huying/terminal\")\nfunc main() { os.Exit(1) }",
			"hub/app.go":            "// Package hub is.\npackage hub",
			"hub/app_test.go":       "package hub\nimport (\"flag\"; \"huying/terminal\"; \"github.com/jackc/pgx/v5\")",
			"tools/x/go.mod":        "module x",
			"tools/x/main.go":       "package util",
		}, ""},
		// one fault each
		"core with a library":        {one("internal/call", `import "github.com/google/uuid"`), "internal/call may not import github.com/google/uuid"},
		"core upwards":               {one("internal/call", `import "huying/internal/wire"`), "internal/call may not import huying/internal/wire"},
		"core sideways":              {one("internal/site", `import "huying/internal/kiosk"`), "internal/site may not import huying/internal/kiosk"},
		"hub to terminal":            {one("hub/api", `import "huying/terminal/link"`), "hub/api: reaches terminal/link, by hub/api"},
		"terminal to hub by two":     {two("terminal", `import "huying/pages"`, "pages", `import "huying/hub/view"`), "terminal: reaches hub/view, by pages"},
		"bridge to terminal":         {one("firmware-bridge/key", `import "huying/terminal"`), "firmware-bridge/key: reaches terminal"},
		"database away from home":    {one("hub/desk", `import "github.com/jackc/pgx/v5/pgxpool"`), "github.com/jackc/pgx is imported only under hub/store"},
		"socket away from home":      {one("hub/desk", `import "github.com/gorilla/websocket"`), "github.com/gorilla/websocket is imported only under"},
		"routes away from home":      {one("hub/desk", `import "github.com/go-chi/chi/v5"`), "github.com/go-chi/chi is imported only under"},
		"keys away from home":        {one("terminal", `import "periph.io/x/conn/v3/gpio"`), "periph.io is imported only under firmware-bridge"},
		"media away from home":       {one("hub/media", `import "github.com/livekit/livekit-server/pkg/service"`), "livekit-server is imported only under hub/media/embedded"},
		"a package reads a variable": {one("hub/desk", "import \"os\"\nvar x = os.Getenv(\"X\")"), "os.Getenv belongs in a command"},
		"a package exits":            {one("terminal", "import \"os\"\nfunc f() { os.Exit(1) }"), "os.Exit belongs in a command"},
		"a package has flags":        {one("terminal", `import "flag"`), "package flag belongs in a command"},
		"a vague name":               {one("hub/util", ""), "a package called util says nothing"},
		"no package comment":         {map[string]string{"hub/desk/desk.go": "package desk"}, "hub/desk: no file has a package comment"},
		"a long file":                {one("hub/desk", strings.Repeat("\n", maxLines)), "lines, at most 400"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for path, text := range c.files {
				tree[path] = &fstest.MapFile{Data: []byte(text)}
			}
			got := violations(load(t, tree))
			switch {
			case c.want == "" && len(got) > 0:
				t.Errorf("unexpected: %v", got)
			case c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)):
				t.Errorf("got %q, want one with %q", got, c.want)
			}
		})
	}
}

func one(folder, rest string) map[string]string {
	return map[string]string{folder + "/a.go": fmt.Sprintf("// Package a is.\npackage a\n%s\n", rest)}
}

// two has a second folder of the same form. Both must be otherwise in order.
func two(folder, rest, folder2, rest2 string) map[string]string {
	files := one(folder, rest)
	for path, text := range one(folder2, rest2) {
		files[path] = text
	}
	return files
}

package tree

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// core lists the pure packages and what of ours each may import; beside that
// they have the standard library only.
var core = map[string][]string{
	"internal/place":   {},
	"internal/release": {},
	"internal/call":    {},
	"internal/roster":  {"internal/place", "internal/call"},
	"internal/wire":    {"internal/call", "internal/release"},
	"internal/kiosk":   {"internal/call", "internal/wire"},
	"internal/site":    {"internal/call", "internal/wire"},
	"internal/life":    {"internal/call", "internal/wire"},
	"internal/sim":     {"internal/call", "internal/wire", "internal/kiosk", "internal/site", "internal/roster", "internal/place"},
	"internal/tree":    {},
}

// apart lists what must not reach what, over any number of steps.
var apart = []struct{ from, to string }{
	{"terminal", "hub"},
	{"hub", "terminal"},
	{"firmware-bridge", "hub"},
	{"firmware-bridge", "terminal"},
	{"internal", "hub"},
	{"internal", "terminal"},
	{"web", "hub"},
	{"web", "terminal"},
	{"hub", "cmd"},
	{"terminal", "cmd"},
	{"firmware-bridge", "cmd"},
	{"internal", "cmd"},
	{"cmd/terminal", "terminal/voice/room"}, // WebRTC in the idle terminal would cost 10 MB
}

// homes lists where an outside library may be imported, tests aside.
var homes = map[string][]string{
	"github.com/jackc/pgx":                {"hub/store", "hub/postgres/pgtest", "cmd/bench"},
	"github.com/alexedwards/scs/pgxstore": {"hub/store"},
	"github.com/pressly/goose":            {"hub/store"},
	"database/sql":                        {"hub/store", "hub/postgres/pgtest", "cmd/bench"},
	"github.com/gorilla/websocket":        {"hub/session", "hub/socket", "hub/uplink", "terminal/link", "cmd/villagesim", "cmd/bench"},
	"github.com/go-chi/chi":               {"hub/api", "terminal/panel"},
	"github.com/danielgtaylor/huma":       {"hub/api", "terminal/panel"},
	"periph.io":                           {"firmware-bridge"},
	"github.com/warthog618/go-gpiocdev":   {"firmware-bridge"},
	"go.bug.st/serial":                    {"firmware-bridge"},
	"github.com/livekit/livekit-server":   {"hub/media/embedded"},
	"github.com/livekit/server-sdk-go":    {"cmd/villagesim", "cmd/bench", "terminal/voice/room"},
	"github.com/alecthomas/kong":          {"cmd"},
	"github.com/prometheus/client_golang": {"hub", "terminal"},
	"github.com/alexedwards/argon2id":     {"hub/auth"},
	"github.com/golang-jwt/jwt":           {"hub/media"},
}

// processWide is what only a command may do: what a package reads behind its
// caller's back cannot be tested, and what exits cannot be stopped in order.
var processWide = []string{
	"os.Args", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln",
}

// exempt from processWide, with the reason.
var exempt = map[string]string{
	"hub/postgres/pgtest/withpg/main.go": "a command, beside the package that it serves",
	"hub/postgres/pgtest/server.go":      "test binaries learn the address of their common cluster from the environment",
}

// vague are names that say nothing of what a package is for.
var vague = []string{"util", "utils", "common", "model", "models", "types", "helper", "helpers", "misc", "shared"}

// maxLines is where a file has become more than one thing.
const maxLines = 400

func under(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

func underAny(name string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return under(name, f) })
}

// outside tells whether an import is neither ours nor the standard library's.
func outside(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return strings.Contains(first, ".")
}

func ours(imported string) (folder string, ok bool) { return strings.CutPrefix(imported, module+"/") }

// violations checks everything and gives a sentence for each fault, sorted.
func violations(tree []source) []string {
	var out []string
	for _, rule := range []func([]source) []string{coreIsPure, sidesAreApart, librariesAtHome, onlyCommandsExit, packagesAreNamed, filesAreShort} {
		out = append(out, rule(tree)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func coreIsPure(tree []source) (out []string) {
	for _, s := range tree {
		allowed, ok := core[s.folder()]
		if !ok || s.test {
			continue
		}
		for _, i := range s.imports {
			folder, mine := ours(i)
			if outside(i) || mine && !slices.Contains(allowed, folder) {
				out = append(out, fmt.Sprintf("%s: %s may not import %s", s.path, s.folder(), i))
			}
		}
	}
	return out
}

func sidesAreApart(tree []source) (out []string) {
	imports := map[string][]string{}
	for _, s := range tree {
		if !s.test {
			imports[s.folder()] = append(imports[s.folder()], s.imports...)
		}
	}
	for from := range imports {
		for to, through := range reach(imports, from) {
			for _, a := range apart {
				if under(from, a.from) && under(to, a.to) {
					out = append(out, fmt.Sprintf("%s: reaches %s, by %s", from, to, through))
				}
			}
		}
	}
	return out
}

// reach gives every folder of ours that a folder leads to, and the one that leads there.
func reach(imports map[string][]string, from string) map[string]string {
	found, next := map[string]string{}, []string{from}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		for _, i := range imports[at] {
			if to, mine := ours(i); mine && found[to] == "" {
				found[to] = at
				next = append(next, to)
			}
		}
	}
	return found
}

func librariesAtHome(tree []source) (out []string) {
	for _, s := range tree {
		if s.test {
			continue
		}
		for _, i := range s.imports {
			for library, folders := range homes {
				if under(i, library) && !underAny(s.folder(), folders) {
					out = append(out, fmt.Sprintf("%s: %s is imported only under %s", s.path, library, strings.Join(folders, ", ")))
				}
			}
		}
	}
	return out
}

func onlyCommandsExit(tree []source) (out []string) {
	for _, s := range tree {
		if s.test || underAny(s.folder(), []string{"cmd", "tools"}) || exempt[s.path] != "" {
			continue
		}
		for _, sel := range processWide {
			if s.selectors[sel] {
				out = append(out, fmt.Sprintf("%s: %s belongs in a command", s.path, sel))
			}
		}
		if slices.Contains(s.imports, "flag") {
			out = append(out, fmt.Sprintf("%s: package flag belongs in a command", s.path))
		}
	}
	return out
}

func packagesAreNamed(tree []source) (out []string) {
	documented := map[string]bool{}
	for _, s := range tree {
		documented[s.folder()] = documented[s.folder()] || s.doc && !s.test
		for _, name := range []string{s.pkg, path.Base(s.folder())} {
			if slices.Contains(vague, name) {
				out = append(out, fmt.Sprintf("%s: a package called %s says nothing", s.folder(), name))
			}
		}
	}
	for folder, ok := range documented {
		if !ok {
			out = append(out, fmt.Sprintf("%s: no file has a package comment", folder))
		}
	}
	return out
}

func filesAreShort(tree []source) (out []string) {
	for _, s := range tree {
		if !s.test && !s.generated && s.lines > maxLines {
			out = append(out, fmt.Sprintf("%s: %d lines, at most %d", s.path, s.lines, maxLines))
		}
	}
	return out
}

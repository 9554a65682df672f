package tree

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// module is the name in go.mod.
const module = "huying"

// source is one Go file.
type source struct {
	path      string // from the root: internal/call/step.go
	lines     int
	generated bool
	test      bool
	pkg       string // package clause
	doc       bool
	imports   []string
	selectors map[string]bool // os.Exit and the like
}

// folder is where the file lies, as named in rules: internal/call.
func (s source) folder() string { return path.Dir(s.path) }

var generatedMark = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// load reads all Go files of the module, not those of modules inside it.
func load(t *testing.T, tree fs.FS) []source {
	t.Helper()
	var out []source
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && skipped(tree, name) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		s, err := parse(name, text)
		out = append(out, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// skipped are folders that Go ignores, those that git ignores, and other modules.
func skipped(tree fs.FS, name string) bool {
	base := path.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	switch base {
	case "testdata", "node_modules", "vendor":
		return true
	}
	switch name {
	case "bin", "tmp", "var", "shots":
		return true
	}
	_, err := fs.Stat(tree, path.Join(name, "go.mod"))
	return err == nil
}

func parse(name string, text []byte) (source, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	s := source{
		path: name, pkg: file.Name.Name, doc: file.Doc != nil, test: strings.HasSuffix(name, "_test.go"),
		lines: bytes.Count(text, []byte("\n")), generated: generatedMark.Match(text), selectors: map[string]bool{},
	}
	for _, i := range file.Imports {
		at, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return s, err
		}
		s.imports = append(s.imports, at)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				s.selectors[x.Name+"."+sel.Sel.Name] = true
			}
		}
		return true
	})
	return s, nil
}

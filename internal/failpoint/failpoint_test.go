package failpoint_test

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"huying/internal/failpoint"
)

const root = "../.."

// TestEveryPointIsInTheSourcesAndInTheList: a point that nobody passes proves
// nothing, and one that is not in the list is never tried.
func TestEveryPointIsInTheSourcesAndInTheList(t *testing.T) {
	values := constants(t)
	passed := map[failpoint.Point][]string{}
	for _, top := range []string{"hub", "terminal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			for _, name := range mentioned(t, path) {
				if p, ok := values[name]; ok {
					passed[p] = append(passed[p], path)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for p, where := range passed {
		if !slices.Contains(failpoint.All, p) {
			t.Errorf("%s is passed in %v and is not in the list", p, where)
		}
		inTerminal := strings.HasPrefix(where[0], filepath.Join(root, "terminal"))
		if len(where) != 1 || inTerminal != p.OfTerminal() {
			t.Errorf("%s must be passed once, in the program of its name, and is in %v", p, where)
		}
	}
	for i, p := range failpoint.All {
		if passed[p] == nil {
			t.Errorf("%s is in the list and nobody passes it", p)
		}
		if slices.Contains(failpoint.All[:i], p) {
			t.Errorf("%s is in the list twice", p)
		}
	}
}

// TestProductionHasNoWayIn: without the tag no file of a command follows
// orders, and there is nothing to call.
func TestProductionHasNoWayIn(t *testing.T) {
	for _, dir := range []string{"cmd/hub", "cmd/terminal", "internal/failpoint"} {
		p, err := build.ImportDir(filepath.Join(root, dir), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range p.GoFiles {
			b, err := os.ReadFile(filepath.Join(root, dir, file))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(b), "failpoint.Follow(") || strings.Contains(string(b), "func Follow(") {
				t.Errorf("%s/%s is in every build and takes orders to die", dir, file)
			}
		}
		if len(p.IgnoredGoFiles) == 0 {
			t.Errorf("%s has no file with the tag: the proof cannot kill it", dir)
		}
	}
}

// constants reads the names and values of all points.
func constants(t *testing.T) map[string]failpoint.Point {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "points.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]failpoint.Point{}
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if ok && len(v.Values) == 1 {
			if id, ok := v.Type.(*ast.Ident); ok && id.Name == "Point" {
				out[v.Names[0].Name] = failpoint.Point(strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
		return true
	})
	if len(out) < 30 {
		t.Fatalf("only %d points were read", len(out))
	}
	return out
}

// mentioned gives the X of every failpoint.X in a file.
func mentioned(t *testing.T, path string) (names []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok && id.Name == "failpoint" {
				names = append(names, s.Sel.Name)
			}
		}
		return true
	})
	return names
}

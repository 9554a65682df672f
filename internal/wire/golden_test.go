package wire

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A golden file that changes is a change of the protocol: older kiosks in the
// field speak the old one.
func TestGoldenFrames(t *testing.T) {
	seen := map[Type]bool{}
	for name, f := range golden {
		t.Run(name, func(t *testing.T) {
			seen[f.Type()] = true
			line, err := Encode(f)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".json")
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, line, "", "  "); err != nil {
				t.Fatal(err)
			}
			pretty.WriteByte('\n')
			if *update {
				if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(pretty.Bytes(), want) {
				t.Errorf("now %s\nin %s %s", pretty.Bytes(), path, want)
			}
			back, err := Decode(want)
			if err != nil {
				t.Fatal(err)
			}
			switch x := back.(type) { // the file is indented, raw parts too
			case Fact:
				x.Data = f.(Fact).Data
				back = x
			case Config:
				x.Settings = f.(Config).Settings
				back = x
			case Ticket:
				x.Body = f.(Ticket).Body
				back = x
			}
			if !reflect.DeepEqual(back, f) {
				t.Errorf("%s reads as\n%#v\nwant\n%#v", path, back, f)
			}
		})
	}
	for typ := range readers {
		if !seen[typ] {
			t.Errorf("%s has no golden file", typ)
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if golden[strings.TrimSuffix(filepath.Base(f), ".json")] == nil {
			t.Errorf("%s belongs to no frame", f)
		}
	}
}

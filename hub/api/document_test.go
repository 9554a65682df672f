package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"huying/hub/api"
	"huying/hub/auth"
)

var update = flag.Bool("update", false, "write the OpenAPI document instead of comparing it")

// TestDocument keeps the committed document, from which the pages' types are
// made, the same as what the hub serves.
func TestDocument(t *testing.T) {
	got, err := api.Document()
	must(t, err)
	path := filepath.Join("..", "..", "web", "shared", "api", "openapi.json")
	if *update {
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Fatal("web/shared/api/openapi.json is not what the hub serves: run go generate ./hub/api")
	}
	served := open(t).browser().expect(200, "GET", "/api/openapi.json", "")
	if !bytes.Equal(served.Body.Bytes(), want) {
		t.Fatal("the served document differs from the committed one")
	}
}

func TestTheDocumentIsWhole(t *testing.T) {
	raw, err := api.Document()
	must(t, err)
	if bytes.Contains(raw, []byte("$schema")) || bytes.Contains(raw, []byte("ErrorModel")) {
		t.Fatal("the document names $schema or huma's own errors")
	}
	var d struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct {
			Schemas map[string]struct {
				OneOf []struct {
					Ref string `json:"$ref"`
				}
				Discriminator struct{ Mapping map[string]string }
				Properties    map[string]struct{ Enum []string }
			}
		}
	}
	must(t, json.Unmarshal(raw, &d))
	union := d.Components.Schemas["LiveMessage"]
	if len(union.OneOf) != 7 || len(union.Discriminator.Mapping) != 7 {
		t.Fatalf("LiveMessage: %+v", union)
	}
	for kind, ref := range union.Discriminator.Mapping {
		form := d.Components.Schemas[filepath.Base(ref)]
		if enum := form.Properties["type"].Enum; len(enum) != 1 || enum[0] != kind {
			t.Errorf("%s has type %v, want %s", ref, enum, kind)
		}
	}
	documented := 0
	for _, methods := range d.Paths {
		documented += len(methods)
	}
	if undocumented := 6; documented+undocumented != len(auth.Routes) { // livez, readyz, the document, the root in two forms, packages
		t.Errorf("%d routes documented of %d", documented, len(auth.Routes))
	}
}

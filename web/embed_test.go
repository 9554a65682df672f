package web

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestThePlaceholderIsAlwaysEmbedded(t *testing.T) {
	b, err := fs.ReadFile(FS(), "placeholder.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "页面尚未构建") {
		t.Error("the placeholder does not say in Chinese that the pages are missing")
	}
}

func TestPageFallsBackToThePlaceholder(t *testing.T) {
	bare := fstest.MapFS{"placeholder.html": {Data: []byte("build me")}}
	for _, entry := range []string{"kiosk", "desk", "centre"} {
		b, err := page(bare, entry)
		if err != nil || string(b) != "build me" {
			t.Errorf("page(%s) = %q, %v; want the placeholder", entry, b, err)
		}
	}
}

func TestPageServesTheEntryOnceBuilt(t *testing.T) {
	full := fstest.MapFS{
		"placeholder.html": {Data: []byte("build me")},
		"desk.html":        {Data: []byte("desk")},
	}
	if b, err := page(full, "desk"); err != nil || string(b) != "desk" {
		t.Errorf("page(desk) = %q, %v", b, err)
	}
	if _, err := page(full, "mobile"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("page(mobile) error = %v, want fs.ErrNotExist", err)
	}
}

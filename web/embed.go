// Package web carries the built pages (kiosk, desk, centre) inside the
// programs that serve them. dist is made by `npm run build` and is not
// committed; a placeholder is, so that the Go code compiles before.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS is the root of the built pages: kiosk.html, desk.html, centre.html and
// assets/. Without a build it holds placeholder.html alone; see Page.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: dist is embedded, so this cannot fail: " + err.Error())
	}
	return sub
}

// Built says whether real pages are inside, or only the placeholder.
func Built() bool { return built(FS()) }

func built(pages fs.FS) bool {
	_, err := fs.Stat(pages, "desk.html")
	return err == nil
}

// Page returns the HTML of an entry ("kiosk", "desk", "centre"), or that of the
// placeholder, which says in Chinese and English how to build the pages, when
// the program was compiled without them. The only error is fs.ErrNotExist for
// an entry that a build does not have.
func Page(entry string) ([]byte, error) { return page(FS(), entry) }

func page(pages fs.FS, entry string) ([]byte, error) {
	if !built(pages) {
		return fs.ReadFile(pages, "placeholder.html")
	}
	return fs.ReadFile(pages, entry+".html")
}

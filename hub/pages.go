package hub

import (
	"io/fs"
	"net/http"
	"strings"

	"huying/web"
)

// contentPolicy lets pages load nothing from outside: a county's network may
// have no outside. LiveKit's socket may be at another address of the county.
const contentPolicy = "default-src 'self'; connect-src 'self' ws: wss: http: https:; img-src 'self' data: blob:; " +
	"media-src 'self' blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// pages serves the built pages; home is the entry behind "/".
func pages(home string) http.Handler {
	mux := http.NewServeMux()
	for _, entry := range []string{"desk", "centre"} {
		page := func(w http.ResponseWriter, _ *http.Request) {
			b, err := web.Page(entry)
			if err != nil {
				http.Error(w, "页面没有编译，请先运行 make build", http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(b)
		}
		mux.HandleFunc("GET /"+entry, page)
		mux.HandleFunc("GET /"+entry+"/{rest...}", page)
	}
	mux.Handle("GET /{$}", http.RedirectHandler("/"+home, http.StatusFound))
	mux.Handle("GET /", assets(web.FS()))
	return guard(mux)
}

func assets(root fs.FS) http.Handler {
	files := http.FileServerFS(root)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		files.ServeHTTP(w, r)
	})
}

func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

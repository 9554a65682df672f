package api

import (
	"net/http"

	"huying/hub/auth"
)

// plainRoutes are those that huma does not serve: the live socket, the
// document, and what a supervisor process asks.
func (s *server) plainRoutes() {
	s.plain("/live", func(w http.ResponseWriter, r *http.Request) { s.Live.ServeHTTP(w, r) })
	s.plain("/api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(s.document)
	})
	s.plain("/livez", func(w http.ResponseWriter, _ *http.Request) { writeText(w, "alive\n") })
	s.plain("/readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := s.Ready(r.Context()); err != nil {
			s.refuse(r, err).write(w)
			return
		}
		writeText(w, "ready\n")
	})
}

func (s *server) plain(path string, handle http.HandlerFunc) {
	row, ok := auth.RouteFor(http.MethodGet, path)
	if !ok || row.Action != auth.Open {
		panic("api: " + path + " has no open row in auth.Routes")
	}
	s.router.Get(path, handle)
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(text))
}

package panel

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"
)

// Figures of the page's API.
const (
	maxBody = 256 // octets of a POST; the longest has 32
	// beat is how often an idle stream says that it lives; a page that does not
	// take its bytes for streamWrite is gone.
	beat        = 15 * time.Second
	streamWrite = 5 * time.Second
	// retryMS is how soon a browser comes back after a cut.
	retryMS = "retry: 500\n\n"
)

// watch is GET /api/panel: Server-Sent Events, each one whole View.
func (s *Server) watch(w http.ResponseWriter, r *http.Request) {
	changed, leave, ok := s.stream.watch()
	if !ok {
		w.Header().Set("Retry-After", "2")
		refuse(w, http.StatusServiceUnavailable, "too_many_pages", "打开的页面太多：请关掉多余的页面再试。")
		return
	}
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	send := func(parts ...[]byte) bool {
		_ = out.SetWriteDeadline(time.Now().Add(streamWrite))
		for _, p := range parts {
			if _, err := w.Write(p); err != nil {
				return false
			}
		}
		return out.Flush() == nil
	}
	view := func() bool { return send([]byte("data: "), s.stream.now(), []byte("\n\n")) }
	alive := time.NewTicker(beat)
	defer alive.Stop()
	for going := send([]byte(retryMS)) && view(); going; {
		select {
		case <-changed:
			going = view()
		case <-alive.C:
			going = send([]byte(": alive\n\n"))
		case <-s.stream.ended:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// key is POST /api/key {key, down}.
func (s *Server) key(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Key  string `json:"key"`
		Down *bool  `json:"down"`
	}
	if !read(w, r, &in) {
		return
	}
	switch {
	case s.cfg.Key == nil || !s.cfg.First.DemoKeys:
		refuse(w, http.StatusForbidden, "no_demo_keys", "屏幕按键没有启用：请按下真正的按键。")
	case in.Key != Urgent && in.Key != Enquiry:
		refuse(w, http.StatusUnprocessableEntity, "bad_field", "key 应为 urgent 或 enquiry。")
	case in.Down == nil:
		refuse(w, http.StatusUnprocessableEntity, "bad_field", "down 应为 true 或 false。")
	case s.cfg.Key(in.Key, *in.Down) != nil:
		refuse(w, http.StatusServiceUnavailable, "key_not_taken", "按键没有被接受，请再按一次。")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// media is POST /api/media {alive}.
func (s *Server) media(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Alive *bool `json:"alive"`
	}
	if !read(w, r, &in) {
		return
	}
	if in.Alive == nil {
		refuse(w, http.StatusUnprocessableEntity, "bad_field", "alive 应为 true 或 false。")
		return
	}
	s.cfg.Media(*in.Alive)
	w.WriteHeader(http.StatusNoContent)
}

// lives is POST /api/alive {}: the page's own thread runs.
func (s *Server) lives(w http.ResponseWriter, r *http.Request) {
	if !read(w, r, &struct{}{}) {
		return
	}
	s.beat.Store(max(int64(time.Since(s.born)), 1))
	w.WriteHeader(http.StatusNoContent)
}

// alive is GET /api/alive: what a watch over the browser asks.
func (s *Server) alive(w http.ResponseWriter, _ *http.Request) {
	var out struct {
		QuietMS *int64 `json:"quiet_ms,omitempty"`
	}
	if quiet, ok := s.Quiet(); ok {
		ms := quiet.Milliseconds()
		out.QuietMS = &ms
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

// tested is POST /api/test {name, result, detail}.
func (s *Server) tested(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Name   string `json:"name"`
		Result string `json:"result"`
		Detail string `json:"detail"`
	}
	if !read(w, r, &in) {
		return
	}
	switch {
	case in.Result != "passed" && in.Result != "failed" && in.Result != "skipped":
		refuse(w, http.StatusUnprocessableEntity, "bad_field", "result 应为 passed、failed 或 skipped。")
	case s.cfg.Tested == nil || !s.cfg.Tested(in.Name, in.Result, in.Detail):
		refuse(w, http.StatusConflict, "no_such_test", "现在没有要做的这项自检。")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// practise is POST /api/practice {}.
func (s *Server) practise(w http.ResponseWriter, r *http.Request) {
	if !read(w, r, &struct{}{}) {
		return
	}
	if s.cfg.Practise == nil {
		refuse(w, http.StatusServiceUnavailable, "no_practice", "现在不能练习。")
		return
	}
	s.cfg.Practise()
	w.WriteHeader(http.StatusNoContent)
}

// read takes one JSON object. The content type is demanded because a browser
// sends it from a foreign page only after asking, and nobody says yes.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "not_json", "内容类型应为 application/json。")
		return false
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "malformed", "内容不是所要的 JSON 对象。")
		return false
	}
	if _, err := d.Token(); err != io.EOF {
		refuse(w, http.StatusBadRequest, "malformed", "内容在 JSON 对象之后还有多余的部分。")
		return false
	}
	return true
}

// letGo lifts both on-screen keys: the last page is gone, and no finger can be
// on a key that is not drawn. Otherwise the next press would not be seen.
func (s *Server) letGo() {
	if s.cfg.Key == nil || !s.cfg.First.DemoKeys {
		return
	}
	for _, k := range []string{Urgent, Enquiry} {
		_ = s.cfg.Key(k, false)
	}
}

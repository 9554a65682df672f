package panel

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"
)

// Key names of POST /api/key.
const (
	Urgent  = "urgent"
	Enquiry = "enquiry"
)

// maxPages bounds how many pages watch at a time: the kiosk's own, a
// technician's, and some that a crashed browser left behind.
const maxPages = 8

// Config is what the server of the kiosk page needs.
type Config struct {
	Listen string // 127.0.0.1:port; port 0 takes a free one
	Pages  fs.FS  // kiosk.html or placeholder.html, and assets/
	First  View   // what is shown until Show
	// Key takes an on-screen key ("urgent" or "enquiry") down or up; nil or
	// View.DemoKeys false: the page's keys do not press.
	Key func(key string, down bool) error
	// Media hears from the page whether voice flows.
	Media func(alive bool)
	// Upstream gives the present voice server, nil while there was no talk.
	Upstream func() *Upstream
	// Tested hears from the page how a self-test ended: "passed", "failed" or
	// "skipped". It reports false for a test that nobody asked for.
	Tested func(name, result, detail string) bool
	// Practise makes a practice press: the button in the helper's menu.
	Practise func()
	// Connect gives further origins the page may talk to, such as
	// wss://hub.example: those of the voice servers. It is asked at each request.
	Connect func() []string
	// Prompts serves GET /prompts/{code}, the sound of a prompt; nil: none.
	Prompts http.Handler
	// Photos serves GET /photos/{hash}, the photo of who answers; nil: none.
	Photos http.Handler
	Log    *slog.Logger // nil: slog.Default
}

// Server serves the kiosk page on this machine alone.
type Server struct {
	cfg    Config
	stream *stream
	http   *http.Server
	listen net.Listener
	port   string
	beat   atomic.Int64 // when the page last said that it lives, since born, in nanoseconds; 0: never
	born   time.Time
	once   sync.Once
	done   sync.WaitGroup
}

// New makes a server; it refuses an address that other machines can reach.
func New(cfg Config) (*Server, error) {
	if err := Loopback(cfg.Listen); err != nil {
		return nil, err
	}
	if cfg.Pages == nil || cfg.Media == nil {
		return nil, errors.New("panel: Pages and Media must be set")
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	s := &Server{cfg: cfg, born: time.Now()}
	s.stream = newStream(cfg.First, maxPages, s.letGo)
	s.http = &http.Server{
		Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

// Loopback reports an address that is not 127.0.0.1:port.
func Loopback(address string) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errors.New("应写成 127.0.0.1:端口")
	}
	if ap.Addr() != netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		return errors.New("只能是本机地址：请写成 127.0.0.1:端口，其他机器不得打开本页面")
	}
	return nil
}

// Start listens and returns.
func (s *Server) Start() error {
	l, err := net.Listen("tcp4", s.cfg.Listen)
	if err != nil {
		return err
	}
	s.listen = l
	_, s.port, _ = net.SplitHostPort(l.Addr().String())
	s.done.Go(func() {
		if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.cfg.Log.Error("panel ended", "error", err.Error())
		}
	})
	return nil
}

// Addr is where it listens, after Start.
func (s *Server) Addr() string { return s.listen.Addr().String() }

// Quiet is how long ago the page last said that it lives, which it does each
// 5 s; false: none has yet.
func (s *Server) Quiet() (time.Duration, bool) {
	at := s.beat.Load()
	return time.Since(s.born) - time.Duration(at), at != 0
}

// Show makes v the present view; Seq is set here. It never blocks on a page.
func (s *Server) Show(v View) { s.stream.show(v) }

// Stop closes all pages' streams and waits. It may be called again, and also
// when the server was never started.
func (s *Server) Stop() {
	s.once.Do(func() {
		s.stream.end()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if s.http.Shutdown(ctx) != nil {
			_ = s.http.Close()
		}
	})
	s.done.Wait()
}

func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.guard)
	r.Get("/", s.page)
	r.Get("/livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	r.Get("/api/panel", s.watch)
	r.Post("/api/key", s.key)
	r.Get("/api/alive", s.alive)
	if s.cfg.Upstream != nil {
		r.HandleFunc(relayPath+"/*", s.relay)
	}
	r.Post("/api/alive", s.lives)
	r.Post("/api/media", s.media)
	r.Post("/api/test", s.tested)
	r.Post("/api/practice", s.practise)
	if s.cfg.Prompts != nil {
		r.Method(http.MethodGet, "/prompts/*", s.cfg.Prompts)
	}
	if s.cfg.Photos != nil {
		r.Method(http.MethodGet, "/photos/*", s.cfg.Photos)
	}
	r.Get("/*", s.file)
	return r
}

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	data, err := fs.ReadFile(s.cfg.Pages, "kiosk.html")
	if errors.Is(err, fs.ErrNotExist) {
		data, err = fs.ReadFile(s.cfg.Pages, "placeholder.html")
	}
	if err != nil {
		refuse(w, http.StatusNotFound, "no_page", "程序里没有页面：请用 make build 重新编译。")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(data)
}

// file serves what the page loads; other audiences' pages are not for a kiosk.
func (s *Server) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	info, err := fs.Stat(s.cfg.Pages, name)
	if err != nil || info.IsDir() || strings.HasSuffix(name, ".html") {
		refuse(w, http.StatusNotFound, "not_found", "没有这个地址。")
		return
	}
	if strings.HasPrefix(name, "assets/") { // Vite puts a hash into each name
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeFileFS(w, r, s.cfg.Pages, name)
}

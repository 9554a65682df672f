package postgres

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Reason names why the database went or came.
type Reason string

// The reasons in a State.
const (
	Returned      Reason = "returned"       // up again
	Died          Reason = "died"           // it ended without being told to by the hub
	Held          Reason = "held"           // a person made the file "hold"; down until it is removed
	RestartFailed Reason = "restart_failed" // still down; the next attempt follows
)

// State is what became of the database, see Config.Notify.
type State struct {
	Up     bool
	Reason Reason
	PID    int   // the postmaster's; 0 while down
	Err    error // how it ended, or why it did not start
}

const (
	watchEvery = 250 * time.Millisecond // two stats and one small file: too little to measure
	longLife   = time.Minute            // a server that lived this long was well; the back-off begins anew
	// smartGrace is how long a smart shutdown (a plain "kill PID") may wait for clients to leave. Ours never do:
	// the pool keeps its connections, while new ones are refused, so the supervisor ends that half-life.
	smartGrace = time.Second
)

// backoff is how long to wait before restart number n, counted from 0: 1, 2, 4, 8, 16 and then always 30 seconds.
func backoff(n int) time.Duration {
	if n > 4 {
		return 30 * time.Second
	}
	return time.Second << max(n, 0)
}

// Supervisor keeps the database of one data folder running: the hub must live on without it and have it back.
//
// A person who stops the database on purpose has two ways. Ending the postmaster (kill, kill -INT, kill -9) brings
// it back after a second or more. Making the file "hold" in the data folder stops it until the file is removed.
type Supervisor struct {
	home   *home
	cancel context.CancelFunc
	ended  chan struct{}

	mu      sync.Mutex
	proc    *process
	stopCtx context.Context // of the first Stop
}

// Supervise is Start, and from then on restarts the server whenever it ends, until Stop. It fails as Start does if
// the first start fails, because that needs a person, and with OnHold
// when a person wants the database down. ctx bounds the first start only.
func Supervise(ctx context.Context, c Config) (*Supervisor, error) {
	h, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	if h.held() {
		h.close()
		return nil, refuse(OnHold, nil, "有人要求数据库停着:文件 %s/hold 还在;做完维护后请删除它", h.dir)
	}
	p, err := h.launch(ctx)
	if err != nil {
		h.close()
		return nil, err
	}
	life, cancel := context.WithCancel(context.Background())
	s := &Supervisor{home: h, proc: p, cancel: cancel, ended: make(chan struct{})}
	go s.run(life)
	return s, nil
}

// URL is how the hub connects. It never changes, so a pool reconnects by itself when the database is back.
func (s *Supervisor) URL() string { return s.home.url(role, s.home.cfg.Database) }

// AdminURL is how to connect as superuser, for maintenance.
func (s *Supervisor) AdminURL() string { return s.home.url(admin, admin) }

// PID is the postmaster's, 0 while the database is down.
func (s *Supervisor) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proc == nil {
		return 0
	}
	return s.proc.pid()
}

// Stop ends the server, and the supervising, and gives the folder back; it returns when all is done. The end of ctx
// makes the shutdown immediate; no commit is lost either way, so the error is always nil. Idempotent.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.mu.Lock()
	if s.stopCtx == nil {
		s.stopCtx = ctx
	}
	s.mu.Unlock()
	s.cancel()
	<-s.ended
	return nil
}

func (s *Supervisor) run(life context.Context) {
	defer close(s.ended)
	p, failures := s.proc, 0
	for {
		born := time.Now()
		reason := s.watch(life, p)
		if life.Err() != nil {
			break
		}
		p.stop(life) // Ended already when it died; a held one is told to.
		if time.Since(born) > longLife {
			failures = 0
		}
		s.tell(nil, reason, p.err)
		if reason != Held { // A hold says itself when it is over.
			pause(life, backoff(failures))
			failures++
		}
		if p = s.revive(life, &failures); p == nil {
			break
		}
		s.tell(p, Returned, nil)
	}
	s.mu.Lock()
	p, ctx := s.proc, s.stopCtx
	s.mu.Unlock()
	s.home.stop(ctx, p)
	s.set(nil)
}

// watch returns when the server has to be started anew, with the reason, or when life ends.
func (s *Supervisor) watch(life context.Context, p *process) Reason {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	var smart time.Time // when a smart shutdown was first seen
	for {
		select {
		case <-life.Done():
			return ""
		case <-p.done:
			return Died
		case <-tick.C:
		}
		if s.home.held() {
			return Held
		}
		if s.home.status(p) != "stopping" {
			smart = time.Time{}
		} else if smart.IsZero() {
			smart = time.Now()
		} else if time.Since(smart) > smartGrace {
			p.signal(syscall.SIGINT) // Repeating it does no harm.
		}
		if err := s.home.trimServerLog(); err != nil {
			s.home.log.Warn("database log cannot be shortened", "err", err)
		}
	}
}

// revive tries until the server is up again, or returns nil when life ends.
func (s *Supervisor) revive(life context.Context, failures *int) *process {
	for {
		for s.home.held() && life.Err() == nil {
			pause(life, watchEvery)
		}
		if life.Err() != nil {
			return nil
		}
		p, err := s.home.launch(life)
		if err == nil {
			return p
		}
		if life.Err() != nil {
			return nil
		}
		s.tell(nil, RestartFailed, err)
		pause(life, backoff(*failures))
		*failures++
	}
}

func (h *home) held() bool {
	_, err := os.Stat(filepath.Join(h.dir, "hold"))
	return err == nil
}

func (s *Supervisor) set(p *process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proc = p
}

func (s *Supervisor) tell(p *process, reason Reason, err error) {
	s.set(p)
	st := State{Up: p != nil, Reason: reason, Err: err}
	if p != nil {
		st.PID = p.pid()
	} else {
		s.home.log.Error("database down", "reason", reason, "err", err)
	}
	if s.home.cfg.Notify != nil {
		s.home.cfg.Notify(st)
	}
}

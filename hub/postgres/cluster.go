package postgres

import (
	"context"
	"sync"
)

// Cluster is one run of the server on a data folder.
type Cluster struct {
	home *home
	proc *process
	once sync.Once
}

// Start takes the data folder, makes the cluster if there is none, and returns when the hub's database answers. ctx
// bounds the start only. The error is an *Error; nothing is left running then.
func Start(ctx context.Context, c Config) (*Cluster, error) {
	h, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := h.launch(ctx)
	if err != nil {
		h.close()
		return nil, err
	}
	return &Cluster{home: h, proc: p}, nil
}

// URL is how the hub connects: through the unix socket, as the owner of its database. The same after every start.
func (c *Cluster) URL() string { return c.home.url(role, c.home.cfg.Database) }

// AdminURL is how to connect as superuser, for maintenance and tests. The hub itself has no use for it.
func (c *Cluster) AdminURL() string { return c.home.url(admin, admin) }

// PID is the postmaster's.
func (c *Cluster) PID() int { return c.proc.pid() }

// Done is closed when the server has ended, by itself or through Stop.
func (c *Cluster) Done() <-chan struct{} { return c.proc.done }

// Stop ends the server and gives the folder back; it returns when both are done. Fast shutdown first, immediate when
// ctx ends or the server takes too long; no commit is lost either way, so the error is always nil. Idempotent.
func (c *Cluster) Stop(ctx context.Context) error {
	c.once.Do(func() { c.home.stop(ctx, c.proc) })
	return nil
}

// stop ends the server, also the backends that a killed postmaster left behind, and gives the folder back.
func (h *home) stop(ctx context.Context, p *process) {
	if p != nil {
		p.stop(ctx)
	}
	if err := endLeftovers(context.Background(), h.log, h.data); err != nil {
		h.log.Error("database processes do not end", "err", err)
	}
	h.close()
}

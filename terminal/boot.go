package terminal

import (
	"context"
	"time"

	"huying/internal/call"
	"huying/internal/failpoint"
	"huying/internal/kiosk"
)

// boot makes the kiosk and waits until its start is on the disk. If the disk
// does not take it, the kiosk starts under a number that no earlier start had.
func (l *loop) boot(ctx context.Context, who signer, m kiosk.Memory, found []string) {
	for _, f := range found {
		l.fault(f, true, "found at the start")
		l.whole = l.whole || f == FaultJournal
	}
	cfg := kiosk.Config{ID: l.cfg.Kiosk, Home: call.Site(l.cfg.Home.Site), Last: call.Site(l.cfg.Last.Site),
		Times: kiosk.DefaultTimes(), Sign: who.SignPress}
	if !l.cfg.Rating {
		cfg.Times.Rating = 0
	}
	born := func() {
		var effects []kiosk.Effect
		l.k, effects = kiosk.New(cfg, m, l.now())
		l.do(effects)
	}
	failpoint.At(failpoint.TerminalBootBefore)
	if born(); !l.durable(ctx) {
		m.BootNo = unusedBoot(l.k.Boot())
		m.Since, m.NextSeq = 0, 1
		born() // and nobody waits for its record
	}
	failpoint.At(failpoint.TerminalBootAfter)
	l.told = l.k.Presses()
	l.custody.remember(m.Presses)
	l.log.Info("kiosk knows", "boot", l.k.Boot(), "presses", l.k.Presses(), "unacked", l.k.Unacked(), "open", l.k.Open() != nil)
}

// durable waits for the writer's word on everything pending.
func (l *loop) durable(ctx context.Context) bool {
	t := time.NewTimer(Patience)
	defer t.Stop()
	for len(l.pending) > 0 {
		select {
		case m := <-l.inbox:
			if s, ok := m.(stored); ok {
				l.stored(s)
				if s.err != nil {
					return false
				}
			}
		case <-t.C:
			l.impatient()
			return false
		case <-ctx.Done():
			return true
		}
	}
	return true
}

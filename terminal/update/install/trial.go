package install

import (
	"context"
	"time"

	"huying/internal/wire"
	"huying/terminal/update"
)

// maxRestarts is how often a new program may die within its trial; systemd
// starts it anew each second.
const maxRestarts = 3

// maxSilent is how often a program may fail to answer, a second apart, before it
// counts as dead.
const maxSilent = 3

// idleLook is how often a program is asked whether anybody needs it.
const idleLook = 5 * time.Second

// The states of a page that a restart waits for.
const (
	idle     = "idle"
	answered = "answered"
)

// nobodyCalls is when a good program may be restarted.
func nobodyCalls(state string) bool { return state == idle }

// nobodyTalks is when a bad one may: a call that did not reach anybody outlives
// the restart, and the bad program may be why it did not.
func nobodyTalks(state string) bool { return state != answered }

// restart lets the program that is installed take the place of the one that
// runs: when it may, and soon if that one does not answer, for it may just be
// starting.
func (in *installer) restart(ctx context.Context, may func(state string) bool) {
	for silent := 0; ctx.Err() == nil; {
		state, err := in.State(ctx)
		if err != nil {
			if silent++; silent >= maxSilent {
				break
			}
			wait(ctx, time.Second)
			continue
		}
		if may(state) {
			break
		}
		in.Log.Info("waiting for the end of a call", "state", state)
		wait(ctx, idleLook)
	}
	if ctx.Err() != nil {
		return // the machine is going down: the next start runs it
	}
	if err := in.Sys.Restart(); err != nil {
		in.Log.Error("the service was not restarted", "error", err.Error())
	}
}

// try watches the new program; an empty reason: it proved itself. It is not
// over if ctx ended first.
func (in *installer) try(ctx context.Context, p *Plan) (why string, over bool) {
	settle := min(update.Settle, in.Patience/4)
	began := time.Now()
	for ctx.Err() == nil {
		pid, restarts, err := in.Sys.Running()
		if err != nil {
			in.Log.Warn("systemd does not answer", "error", err.Error())
		}
		why = judge(p, in.facts(), pid, restarts, settle)
		switch {
		case why == "":
			return "", true
		case restarts >= maxRestarts:
			return "新程序反复退出", true
		case time.Since(began) >= in.Patience:
			return why, true
		}
		wait(ctx, in.Every)
	}
	return "", false
}

// judge says what is missing; empty: nothing. Only what the process that runs
// now says counts.
func judge(p *Plan, f update.Facts, pid, restarts int, settle time.Duration) string {
	switch {
	case pid == 0:
		return "新程序没有运行"
	case f.PID != pid || f.Version != p.Release.Version || f.ID != p.ID:
		return "新程序没有报告自己的状况"
	case restarts >= maxRestarts:
		return "新程序反复退出"
	}
	return update.Judge(p.Before, f, settle)
}

// tell lets the kiosk's program know; what it cannot be told now it is told at
// the next step.
func (in *installer) tell(p *Plan, phase wire.Phase, why string) {
	o := update.Outcome{ID: p.ID, Phase: phase, Error: why}
	if err := writeOpen(in.path(outcomeFile), o); err != nil {
		in.Log.Error("the kiosk's program was not told", "phase", string(phase), "error", err.Error())
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

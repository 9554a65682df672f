package releases

import (
	"context"
	"errors"
	"time"

	"huying/hub/auth"
	"huying/hub/refusal"
)

// Begin starts a rollout of a version with its trial points. The one before
// must be over.
func (d *Depot) Begin(ctx context.Context, version string, trial []string, by Person) error {
	d.act.Lock()
	defer d.act.Unlock()
	if err := d.refresh(ctx); err != nil {
		return down(err)
	}
	if d.now != nil && !d.now.Over() {
		return refusal.New(refusal.RolloutActive, "还有一次发布没有结束（"+d.now.Version+" 版），请先撤回它。")
	}
	now, fleet := d.fleet(version)
	if len(fleet.Archs) == 0 {
		return refusal.New(refusal.UnknownRelease, "没有这个版本的安装包，请先上传。")
	}
	r, kiosk, err := Start(now, version, trial, fleet, by)
	if err != nil {
		return explain(err, kiosk, nil)
	}
	if err := d.keep(ctx, r, nil); err != nil {
		return err
	}
	d.Log.Info("rollout begun", "version", version, "trial", r.Trial, "person", by.ID)
	return nil
}

// Advance opens the next stage after the one that the person saw; reasons are
// for the kiosks that are missing, by kiosk.
func (d *Depot) Advance(ctx context.Context, from Stage, reasons map[string]string, by Person) error {
	return d.do(ctx, "advance", by, func(r *Rollout, now time.Time, f Fleet) (Change, error) {
		return r.Advance(now, f, from, reasons, by)
	})
}

// Pause keeps the release from further kiosks.
func (d *Depot) Pause(ctx context.Context, note string, by Person) error {
	return d.do(ctx, "pause", by, func(r *Rollout, now time.Time, _ Fleet) (Change, error) { return r.Pause(now, note, by) })
}

// Resume goes on with what was paused or has halted.
func (d *Depot) Resume(ctx context.Context, note string, by Person) error {
	return d.do(ctx, "resume", by, func(r *Rollout, now time.Time, _ Fleet) (Change, error) { return r.Resume(now, note, by) })
}

// Withdraw takes the release back from all that have not begun to install.
func (d *Depot) Withdraw(ctx context.Context, note string, by Person) error {
	return d.do(ctx, "withdraw", by, func(r *Rollout, now time.Time, _ Fleet) (Change, error) { return r.Withdraw(now, note, by) })
}

// do lets a person change the rollout: stored first, and only then so.
func (d *Depot) do(ctx context.Context, what string, by Person, act func(*Rollout, time.Time, Fleet) (Change, error)) error {
	d.act.Lock()
	defer d.act.Unlock()
	if err := d.refresh(ctx); err != nil {
		return down(err)
	}
	if d.now == nil {
		return refusal.New(refusal.NoRollout, "还没有发布过新版本。")
	}
	next := d.now.Clone()
	now, fleet := d.fleet(next.Version)
	next.Step(now, fleet) // what the person decides on is what is known now
	c, err := act(next, now, fleet)
	if err != nil {
		return explain(err, "", next.Missing(fleet))
	}
	before := d.now
	if err := d.keep(ctx, next, sorted(next.Kiosks)); err != nil {
		return err
	}
	d.Log.Info("rollout", "act", what, "version", next.Version, "stage", next.Stage, "state", next.State, "person", by.ID)
	for _, id := range c.Mended {
		d.Alarm(id, next.Version, "", false)
	}
	var tell []string
	for id, o := range next.Kiosks {
		if o.Phase != before.Kiosks[id].Phase || next.Over() && o.Phase != Installed {
			tell = append(tell, id)
		}
	}
	d.Tell(tell)
	return nil
}

// keep stores a rollout with the outcomes that changed or may have, makes it
// the present one and looks at once.
func (d *Depot) keep(ctx context.Context, r *Rollout, changed []string) error {
	var some []Outcome
	for _, id := range changed {
		if d.now == nil || d.unsaved[id] || r.Kiosks[id] != d.now.Kiosks[id] {
			some = append(some, r.Kiosks[id])
		}
	}
	id, rev, err := d.Store.SaveRollout(ctx, *r, some)
	if errors.Is(err, ErrStale) {
		return refusal.New(refusal.RolloutChanged, "发布的状态刚刚变了，请看过最新状态再操作。")
	}
	if err != nil {
		return down(err)
	}
	r.ID, r.Rev = id, rev
	d.mu.Lock()
	d.now = r
	d.mu.Unlock()
	d.unsaved, d.whole = map[string]bool{}, false
	d.wake()
	return nil
}

func down(err error) error {
	if _, ok := refusal.Of(err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	return auth.StoreDown(err)
}

// explain turns a Why into words.
func explain(err error, kiosk string, missing []Missing) error {
	var w Why
	if !errors.As(err, &w) {
		return err
	}
	switch w {
	case NoTrial:
		return refusal.At(refusal.BadField, "body.trial", "请选 1 到 20 个试点终端。")
	case UnknownKiosk:
		return refusal.At(refusal.BadField, "body.trial", "终端 "+kiosk+" 不直接连到本站，请到它所属乡镇的站点发布。")
	case NotUpdatable:
		return refusal.At(refusal.BadField, "body.trial", "终端 "+kiosk+" 不能自动更新：已吊销、程序太旧，或没有适合它的安装包。")
	case NotRunning:
		return refusal.New(refusal.WrongPhase, "发布没有在进行，请刷新页面看最新状态。")
	case NotStopped:
		return refusal.New(refusal.WrongPhase, "发布没有暂停或停下，不用继续。")
	case AlreadyOver:
		return refusal.New(refusal.WrongPhase, "这次发布已经结束。")
	case OtherStage:
		return refusal.New(refusal.RolloutChanged, "发布已经不在您看到的阶段，请刷新页面后再操作。")
	case LastStage:
		return refusal.New(refusal.WrongPhase, "已经是最后一个阶段。")
	case NothingProven:
		return refusal.New(refusal.StageNotDone, "这个阶段还没有一台终端换上新版本并收到过它的按键，不能进入下一阶段；请等自检，或到试点试按一次。")
	case StageNotDone:
		names := ""
		for i, m := range missing {
			if i == 3 {
				names += " 等"
				break
			}
			names += " " + m.Kiosk
		}
		return refusal.New(refusal.StageNotDone, "这个阶段还有终端没有更新好（"+names[min(1, len(names)):]+"），请等它们，或逐台写明不等的理由。")
	case NoteNeeded:
		return refusal.At(refusal.BadField, "body.note", "发布是因为有终端更新失败自动停下的，继续前请写明理由。")
	}
	return err
}

package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"huying/hub/auth"
	"huying/hub/refusal"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
)

// Speech must have lasted so long and been so loud to count as speech of the
// villager: shorter or softer is a click or the room.
const (
	speechLeast = 300 * time.Millisecond
	speechLevel = -50.0 // dBFS
)

// Answer asks the kiosk for a call; the result comes over the feed.
func (d *Desk) Answer(_ context.Context, by auth.Person, id string) (view.Call, error) {
	cid, err := callID(id)
	if err != nil {
		return view.Call{}, err
	}
	d.mu.Lock()
	defer d.release()
	if s := d.people[by.ID]; s == nil || !s.duty || s.feeds == 0 {
		return view.Call{}, refusal.New(refusal.NotOnDuty, "您还没有开始值守，请先按开始值守再接听。")
	}
	if err := d.stepLocked(site.Command{Call: cid, Event: call.Answer{Person: caller(by)}}); err != nil {
		return view.Call{}, explain(err)
	}
	d.log.Info("answer", "call", id, "person", by.ID)
	v, _ := d.s.Call(cid)
	return d.callFor(v, by), nil
}

// HangUp ends the talking, not the call.
func (d *Desk) HangUp(_ context.Context, by auth.Person, id string) error {
	return d.command(by, id, "hang up", call.HangUp{Person: caller(by)})
}

// Speech says that the page of who talks heard the villager.
func (d *Desk) Speech(_ context.Context, by auth.Person, id string, heard time.Duration, level float64) error {
	if heard < speechLeast || level < speechLevel {
		return refusal.New(refusal.BadField, "听到的声音太短或太轻，不能算作通话；请继续通话。")
	}
	return d.command(by, id, "speech", call.Hear{Person: caller(by)})
}

// Attended records that somebody was there.
func (d *Desk) Attended(_ context.Context, by auth.Person, id, who, note string) error {
	return d.command(by, id, "attended", call.Attend{Attended: call.Attended{
		Who: who, Note: note, By: caller(by), At: time.Now()}})
}

// Close ends a call: a named person with a reason.
func (d *Desk) Close(_ context.Context, by auth.Person, id, disposition, note string) error {
	return d.command(by, id, "close", call.Close{Closing: call.Closing{
		Person: caller(by), Disposition: disposition, Note: note, At: time.Now()}})
}

// Join gives who talks the address and token of the call's room.
func (d *Desk) Join(ctx context.Context, by auth.Person, id string) (url, token string, err error) {
	cid, err := callID(id)
	if err != nil {
		return "", "", err
	}
	d.mu.Lock()
	v, ok := d.s.Call(cid)
	d.mu.Unlock()
	if !ok || !v.Call.TalksHere(d.cfg.Site.Policy.Site) || v.Call.Grant.Person.ID != by.ID {
		return "", "", explain(&call.Refusal{Code: call.NotTalking})
	}
	down := refusal.New(refusal.MediaDown, "语音服务没有运行，听不到也看不到对方；请打村里的电话，并告诉管理员。")
	if d.cfg.Voice == nil {
		return "", "", down
	}
	if err := d.cfg.Voice.Open(ctx, id); err != nil {
		return "", "", errors.Join(down, err)
	}
	return d.cfg.Voice.Pass(id, "person:"+by.ID, by.Name)
}

func (d *Desk) command(by auth.Person, id, what string, ev call.Event) error {
	cid, err := callID(id)
	if err != nil {
		return err
	}
	if err := d.step(site.Command{Call: cid, Event: ev}); err != nil {
		return explain(err)
	}
	d.log.Info(what, "call", id, "person", by.ID)
	return nil
}

func callID(id string) (call.ID, error) {
	cid, err := call.ParseID(id)
	if err != nil {
		return cid, refusal.New(refusal.UnknownCall, "没有这个呼叫，可能页面已经过时，请刷新。")
	}
	return cid, nil
}

// explain turns a refusal of the core into one for people.
func explain(err error) error {
	var r *call.Refusal
	if !errors.As(err, &r) {
		return err
	}
	switch r.Code {
	case call.CallTaken:
		who := strings.TrimSpace(r.By.Name + "（" + r.By.Post + "）")
		return refusal.New(refusal.CallTaken, who+"已接听，您不用再接。")
	case call.CallClosed:
		return refusal.New(refusal.CallClosed, "这个呼叫已经结束。")
	case call.NotTalking:
		return refusal.New(refusal.NotAnswerer, "只有正在和村民通话的人才能这样做。")
	case call.StillTalking:
		return refusal.New(refusal.WrongPhase, "还在通话，请先挂断再结束呼叫。")
	case call.NotAnswered:
		return refusal.New(refusal.WrongPhase, "还没有人和村民说过话，请先接听；已经有人到场的，请登记到场人。")
	case call.SpeechNeeded:
		return refusal.New(refusal.SpeechNeeded, "红键呼叫没有听到村民说话，不能结束：请再接听，或派人到场并登记到场人。")
	case call.PersonMissing:
		return refusal.New(refusal.BadField, "缺少姓名，请填写是谁。")
	case call.ReasonMissing:
		return refusal.New(refusal.BadField, "缺少处理结果，请选择一项。")
	case call.FieldWrong:
		return refusal.New(refusal.BadField, "填写的内容太长或含有不能保存的字符，请改短后再提交。")
	case call.KioskSilent:
		return refusal.New(refusal.KioskOffline, "终端没有回应，请打村里的电话或派人去看。")
	case site.UnknownCall:
		return refusal.New(refusal.UnknownCall, "没有这个呼叫，可能页面已经过时，请刷新。")
	case site.PersonBusy:
		return refusal.New(refusal.WrongPhase, "您正在另一个呼叫里，请先挂断并填写处理结果。")
	}
	return err
}

// Points lists every point of this site.
func (d *Desk) Points(context.Context, auth.Person) ([]view.Point, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []view.Point{}
	for _, k := range d.cfg.Places.Kiosks() {
		out = append(out, d.point(k))
	}
	return out, nil
}

// OpenCalls lists the calls that are not closed, as a person may see them.
func (d *Desk) OpenCalls(by auth.Person) []view.Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := []view.Call{}
	for _, o := range d.s.Open() {
		out = append(out, d.callFor(o, by))
	}
	order(out)
	return out
}

// ShowCall gives a call that is in memory, as a person may see it.
func (d *Desk) ShowCall(id call.ID, by auth.Person) (view.Call, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.s.Call(id)
	if !ok {
		return view.Call{}, false
	}
	return d.callFor(v, by), true
}

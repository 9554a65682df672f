package hub

import (
	"context"
	"fmt"

	"huying/hub/api"
	"huying/hub/auth"
	"huying/hub/desk"
	"huying/hub/refusal"
	"huying/hub/store/eventlog"
	"huying/hub/view"
	"huying/internal/call"
)

// Archive reads calls that may be over.
type Archive interface {
	// Calls lists calls, the latest first; before is the last of the page
	// before, the zero id for the first page.
	Calls(ctx context.Context, limit int, before call.ID) ([]call.Call, error)
	// Call finds one; false if there is none.
	Call(ctx context.Context, id call.ID) (call.Call, bool, error)
	// Events lists what happened to a call, oldest first.
	Events(ctx context.Context, id call.ID) ([]eventlog.Event, error)
}

// records shows calls, those in memory as they are this moment.
type records struct {
	desk    *desk.Desk
	archive Archive
	places  *places
}

// List gives the latest calls.
func (r *records) List(ctx context.Context, by auth.Person, limit int) ([]view.Call, error) {
	out := r.desk.OpenCalls(by)
	open := map[string]bool{}
	for _, c := range out {
		open[c.ID] = true
	}
	old, err := r.archive.Calls(ctx, limit, call.ID{})
	if err != nil {
		return nil, auth.StoreDown(err)
	}
	for i := range old {
		if c := &old[i]; !open[c.ID.String()] && len(out) < limit {
			out = append(out, r.desk.CallView(c))
		}
	}
	return out[:min(limit, len(out))], nil
}

// Show gives one call with everything that happened.
func (r *records) Show(ctx context.Context, by auth.Person, id string) (view.Call, []api.Event, error) {
	unknown := refusal.New(refusal.UnknownCall, "没有这个呼叫，可能页面已经过时，请刷新。")
	cid, err := call.ParseID(id)
	if err != nil {
		return view.Call{}, nil, unknown
	}
	v, live := r.desk.ShowCall(cid, by)
	if !live {
		c, ok, err := r.archive.Call(ctx, cid)
		if err != nil {
			return view.Call{}, nil, auth.StoreDown(err)
		}
		if !ok {
			return view.Call{}, nil, unknown
		}
		v = r.desk.CallView(&c)
	}
	entries, err := r.archive.Events(ctx, cid)
	if err != nil {
		return view.Call{}, nil, auth.StoreDown(err)
	}
	events := make([]api.Event, 0, len(entries))
	for i, e := range entries {
		ev := r.event(int64(i+1), e)
		if f, ok := e.Fact.(call.Pressed); ok && r.places.unproven(cid, f) {
			ev.Text += "（签名未能核实）"
		}
		events = append(events, ev)
	}
	return v, events, nil
}

func (r *records) event(seq int64, e eventlog.Event) api.Event {
	out := api.Event{Seq: seq, At: e.At, Kind: call.KindOf(e.Fact)}
	who := func(p call.Person, site call.Site) {
		out.Person = &view.Person{ID: p.ID, Name: p.Name, Post: p.Post}
		u := r.places.Unit(string(site))
		out.Site = &u
	}
	switch f := e.Fact.(type) {
	case call.Pressed:
		out.Text = "按了绿键，要咨询"
		if f.Key == call.Urgent {
			out.Text = "按了红键，有急事"
		}
		if f.Purpose == call.ForQuiet {
			out.Text = "长按绿键，静音求助：现场不出声、不亮屏"
		}
	case call.Asked:
		out.Text = "还没有人接听，上级也开始振铃"
	case call.Grant:
		who(f.Person, f.Site)
		out.Text = grantText(f)
	case call.Spoke:
		out.Text = "听到村民说话"
	case call.Attended:
		who(f.By, f.Site)
		out.Text = fmt.Sprintf("登记：%s已到现场", f.Who)
	case call.Rated:
		out.Text = "村民评价：满意"
		if f.Key == call.Urgent {
			out.Text = "村民评价：不满意"
		}
	case call.Closing:
		who(f.Person, f.Site)
		out.Text = "结束呼叫：" + f.Disposition
		if f.Note != "" {
			out.Text += "，" + f.Note
		}
	}
	return out
}

func grantText(g call.Grant) string {
	switch {
	case g.Live:
		return "接通，开始通话"
	case g.Ending == call.HungUp:
		return "挂断"
	case g.Ending == call.Dropped:
		return "通话中断（接听页面断开），重新振铃"
	}
	return "通话中断（终端失去线路），重新振铃"
}

package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"huying/hub/auth"
	"huying/hub/refusal"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/site"
)

// dutyGrace is how long a page may be away before duty ends: a reload fits
// into it. It is the same as the grace of a talk (call.DefaultPolicy).
const dutyGrace = 3 * time.Second

// staff is a person with a page open, or gone for less than the grace.
type staff struct {
	p     auth.Person
	feeds int
	duty  bool
	gone  time.Time
}

func person(p auth.Person) view.Person {
	return view.Person{ID: p.ID, Name: p.Name, Post: p.Post, Role: string(p.Role)}
}

func caller(p auth.Person) call.Person { return call.Person{ID: p.ID, Name: p.Name, Post: p.Post} }

// SetDuty begins or ends a person's duty at this site.
func (d *Desk) SetDuty(_ context.Context, by auth.Person, on bool) error {
	d.mu.Lock()
	defer d.release()
	s := d.people[by.ID]
	if on && (s == nil || s.feeds == 0) {
		return refusal.New(refusal.LiveNeeded, "页面还没有连上，请稍等连接恢复后再按开始值守。")
	}
	if s != nil && s.duty != on {
		s.duty = on
		if s.feeds > 0 {
			_ = d.stepLocked(s.present())
		}
		d.log.Info("duty", "person", by.ID, "on", on)
		d.dutyChanged()
	}
	return nil
}

// present is what the rules of a call are told of somebody whose page is open.
func (s *staff) present() site.Present {
	in := site.Present{Person: s.p.ID}
	if s.duty {
		in.Posts = posts(s.p.Role)
	}
	return in
}

func (d *Desk) join(p auth.Person) {
	s := d.people[p.ID]
	if s == nil {
		s = &staff{}
		d.people[p.ID] = s
	}
	s.p = p
	s.feeds++
	if s.feeds == 1 {
		_ = d.stepLocked(s.present())
	}
}

func (d *Desk) leave(p auth.Person) {
	s := d.people[p.ID]
	if s == nil {
		return
	}
	s.feeds--
	if s.feeds == 0 {
		s.gone = time.Now()
		_ = d.stepLocked(site.Absent{Person: p.ID})
	}
}

// endDuties forgets people whose page has been gone for longer than the grace.
func (d *Desk) endDuties() {
	for id, s := range d.people {
		if s.feeds > 0 || time.Since(s.gone) < dutyGrace {
			continue
		}
		delete(d.people, id)
		if s.duty {
			d.log.Info("duty ends, the page is gone", "person", id)
			d.dutyChanged()
		}
	}
}

func (d *Desk) onDuty() []view.Person {
	out := []view.Person{}
	for _, s := range d.people {
		if s.duty {
			out = append(out, person(s.p))
		}
	}
	slices.SortFunc(out, func(a, b view.Person) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// posts says which posts of the ladder a role fills at this site.
func posts(r auth.Role) []call.Post {
	switch r {
	case auth.Operator, auth.Supervisor:
		return []call.Post{call.Seats, call.BackupPost}
	case auth.DutyLeader:
		return []call.Post{call.DutyLeader}
	case auth.Cadre:
		return []call.Post{call.VillageCadres}
	}
	return nil
}

package sim

import (
	"errors"
	"fmt"
	"time"

	"huying/internal/call"
	"huying/internal/site"
)

// person is somebody at a desk: sometimes quick, sometimes away.
type person struct {
	w    *world
	at   *siteNode
	who  call.Person
	post call.Post
	here bool             // the page is open
	rang map[call.ID]bool // was rung when last looked at
}

func (w *world) addPerson(s *siteNode, i int) {
	post := call.Seats
	if i == 1 {
		post = call.DutyLeader
	}
	p := &person{w: w, at: s, post: post, here: true, rang: map[call.ID]bool{},
		who: call.Person{ID: fmt.Sprintf("%s-p%d", s.id, i), Name: "虚构", Post: string(post)}}
	w.people = append(w.people, p)
	w.after(w.between(0, 2*time.Second), p.show)
	w.after(w.between(time.Second, 10*time.Second), p.look)
}

// show opens the page at the hub.
func (p *person) show() {
	if p.at.alive() && p.here {
		p.at.step(site.Present{Person: p.who.ID, Posts: []call.Post{p.post}})
	}
}

func (p *person) comeBack() {
	p.here = true
	p.show()
}

// leave closes the page for a while, perhaps in the middle of a talk.
func (p *person) leave() {
	p.w.trace("%s's page is gone", p.who.ID)
	p.here = false
	if p.at.alive() {
		p.at.step(site.Absent{Person: p.who.ID})
	}
	p.w.after(p.w.between(time.Second, time.Minute), p.comeBack)
}

// look is what a person does again and again: see to the own call, or take
// one that rings.
func (p *person) look() {
	pause := p.w.between(time.Second, 15*time.Second)
	if !p.w.storm {
		pause = p.w.between(500*time.Millisecond, 3*time.Second)
	}
	p.w.after(pause, p.look)
	if !p.here || !p.at.alive() {
		return
	}
	if p.w.storm && p.w.chance(0.08) {
		p.leave()
		return
	}
	if p.w.storm && p.w.chance(0.4) {
		return // busy with something else
	}
	p.act()
}

func (p *person) act() {
	for _, v := range p.at.s.Open() {
		c := v.Call
		switch {
		case c.TalksHere(p.at.id) && c.Grant.Person.ID == p.who.ID:
			p.talk(c)
			return
		case c.Phase() == call.WrapUp && c.Grant.Site == p.at.id:
			p.close(c)
			return
		}
	}
	for _, v := range p.at.s.Open() {
		if p.rings(&v.Call) {
			p.do(v.Call.ID, call.Answer{Person: p.who})
			return
		}
	}
}

// rings reports whether the page of this person rings for a call.
func (p *person) rings(c *call.Call) bool {
	if !c.RingsHere() {
		return false
	}
	if p.w.opt.Mutant == EscalationMoves && c.Asked && p.at.parent != "" {
		return false
	}
	for _, post := range c.Rings {
		if post == p.post {
			return true
		}
	}
	return false
}

func (p *person) talk(c call.Call) {
	if p.w.chance(0.7) {
		if p.do(c.ID, call.Hear{Person: p.who}) == nil {
			if v, ok := p.at.s.Call(c.ID); ok && p.w.spoke[c.ID].Less(v.Call.Last) {
				p.w.spoke[c.ID] = v.Call.Last
			}
		}
	}
	if p.w.chance(0.6) {
		_ = p.do(c.ID, call.HangUp{Person: p.who})
	}
}

func (p *person) close(c call.Call) {
	err := p.do(c.ID, call.Close{Closing: call.Closing{Person: p.who, Disposition: "solved", At: time.Unix(0, 0).Add(p.w.now)}})
	if err == nil {
		p.w.closed[c.ID] = true
		p.w.res.Calls++
	}
}

func (p *person) do(id call.ID, ev call.Event) error {
	before, _ := p.at.s.Call(id)
	err := p.at.step(site.Command{Call: id, Event: ev})
	if _, ok := ev.(call.HangUp); ok && err == nil {
		p.w.hung[hangUp{id, before.Call.Grant.Epoch}] = true
	}
	p.w.trace("%s: %T of %s: %v", p.who.ID, ev, id, err)
	var r *call.Refusal
	if err != nil && !errors.As(err, &r) {
		p.w.violate("refusal", "%v", err)
	}
	return err
}

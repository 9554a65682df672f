package kiosk

import (
	"slices"
	"time"

	"huying/internal/call"
)

// Record is one entry of the kiosk's journal. Exactly one field is set.
type Record struct {
	Boot    *BootRecord    `json:"boot,omitempty"`
	Pressed *PressedRecord `json:"pressed,omitempty"`
	Acked   *AckedRecord   `json:"acked,omitempty"`
	Granted *GrantedRecord `json:"granted,omitempty"`
	Ended   *EndedRecord   `json:"ended,omitempty"`
}

// BootRecord is written at each start, before anything is sent.
type BootRecord struct {
	No      uint32 `json:"no"`
	NextSeq uint32 `json:"next_seq"`
	Since   uint32 `json:"since"` // number of the first start that counted from 1
}

// PressedRecord is a press; At is wall time, for people. One that is not
// decided is written again when it is; if the kiosk died in between, it was
// for help.
type PressedRecord struct {
	Press     call.PressID `json:"press"`
	Call      call.ID      `json:"call"`
	Key       call.Key     `json:"key"`
	Purpose   call.Purpose `json:"purpose,omitempty"`
	Undecided bool         `json:"undecided,omitempty"`
	At        time.Time    `json:"at"`
	Sig       []byte       `json:"sig,omitempty"`
}

// AckedRecord says that a site has a press on disk. Losing one costs a resend.
type AckedRecord struct {
	Press call.PressID `json:"press"`
	Site  call.Site    `json:"site"`
}

// GrantedRecord is the register of who talks, at each change.
type GrantedRecord struct {
	Call  call.ID    `json:"call"`
	Grant call.Grant `json:"grant"`
}

// EndedRecord closes a call.
type EndedRecord struct {
	Call    call.ID      `json:"call"`
	Grant   call.Grant   `json:"grant"`
	Closing call.Closing `json:"closing"`
}

// Memory is what a journal amounts to.
type Memory struct {
	BootNo  uint32
	NextSeq uint32
	Since   uint32          // see BootRecord; 0: the next start counts from 1
	Presses []PressedRecord // those that some site may still need
	Acked   map[call.PressID][]call.Site
	Open    *call.ID
	Grant   call.Grant
	Ended   []EndedRecord
}

// Replay reads a journal, oldest record first. Unknown and contradictory
// records are passed over: a kiosk starts with whatever its disk still knows.
func Replay(records []Record) Memory {
	m := Memory{NextSeq: 1, Acked: map[call.PressID][]call.Site{}}
	for _, r := range records {
		m.add(r)
	}
	return m
}

func (m *Memory) add(r Record) {
	switch {
	case r.Boot != nil:
		m.BootNo = max(m.BootNo, r.Boot.No)
		m.NextSeq = max(m.NextSeq, r.Boot.NextSeq)
		m.Since = r.Boot.Since
	case r.Pressed != nil:
		p := *r.Pressed
		m.NextSeq = max(m.NextSeq, p.Press.Seq+1)
		m.pressed(p)
	case r.Acked != nil:
		m.Acked[r.Acked.Press] = append(m.Acked[r.Acked.Press], r.Acked.Site)
	case r.Granted != nil && m.Open != nil && *m.Open == r.Granted.Call:
		m.Grant = r.Granted.Grant
	case r.Ended != nil:
		m.end(*r.Ended)
	}
}

func (m *Memory) pressed(p PressedRecord) {
	i := slices.IndexFunc(m.Presses, func(o PressedRecord) bool { return o.Press == p.Press })
	if i >= 0 { // decided now, or written twice by a start whose disk was slow
		m.Presses[i] = p
	} else {
		m.Presses = append(m.Presses, p)
	}
	if p.Undecided || !p.Purpose.Calls() || m.Open != nil && *m.Open == p.Call || m.hasEnded(p) {
		return
	}
	id := p.Call
	m.Open, m.Grant = &id, call.Grant{}
}

func (m *Memory) hasEnded(p PressedRecord) bool {
	for _, e := range m.Ended {
		if e.Call == p.Call && !e.Closing.Through.Less(p.Press.Mark) {
			return true
		}
	}
	return false
}

func (m *Memory) end(e EndedRecord) {
	m.Ended = append(m.Ended, e)
	if len(m.Ended) > maxEnded {
		m.Ended = m.Ended[1:]
	}
	if m.Open != nil && *m.Open == e.Call {
		m.Open, m.Grant = nil, call.Grant{}
	}
}

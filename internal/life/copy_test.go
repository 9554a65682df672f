package life

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/wire"
)

// The longest ticket there can be fits into a frame.
func TestAnyTicketFitsIntoAFrame(t *testing.T) {
	wide := strings.Repeat("灾", 80) // 240 bytes, the most that a name may have
	x := Ticket{ID: strings.Repeat("x", wire.MaxTicketID), Subject: "361025105-all", Code: strings.Repeat("c", 64), Part: strings.Repeat("p", 64),
		Detail: wide, Rev: 1, OpenedAt: noon, BeganAt: noon}
	for range 1000 {
		x.Members = append(x.Members, "361025105207999-1234")
		x.step(Step{At: noon, What: "stop_gap", By: &call.Person{ID: wide, Name: wide, Post: wide}, From: "361025105", Note: strings.Repeat(wide, 8)})
	}
	b := x.Brief()
	body, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := wire.Encode(wire.Ticket{ID: x.ID, Rev: 1, Sent: noon, Body: body})
	if err != nil || len(b.Steps) != copySteps {
		t.Fatalf("%v, %d bytes, %d steps", err, len(frame), len(b.Steps))
	}
	x.Members, x.Presses = nil, nil
	for range maxNames + 1 {
		x.Presses = append(x.Presses, "361025105207999-1234.4294967295.4294967295")
	}
	b = x.Brief()
	if body, err = json.Marshal(b); err == nil {
		_, err = wire.Encode(wire.Ticket{ID: x.ID, Rev: 1, Sent: noon, Body: body})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestShift(t *testing.T) {
	x := Ticket{BeganAt: noon, OpenedAt: noon, Present: true, Phase: Open, Steps: []Step{{At: noon}}}
	y := x
	y.Shift(time.Hour)
	if !y.OpenedAt.Equal(noon.Add(time.Hour)) || !y.EndedAt.IsZero() || !y.Steps[0].At.Equal(noon.Add(time.Hour)) || !x.Steps[0].At.Equal(noon) {
		t.Fatalf("%+v %+v", x, y)
	}
	if y.Rise(noon.Add(2*time.Hour), DefaultTimes()) || !y.Rise(noon.Add(3*time.Hour), DefaultTimes()) || y.Level != AtLeader {
		t.Fatalf("%+v", y)
	}
}

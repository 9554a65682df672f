package site_test

import (
	"testing"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// A page that went while its answer was under way must not hold the call: the
// grant that comes is dropped after the grace.
func TestAnswerOfAPageThatIsGoneIsDropped(t *testing.T) {
	h := newHall(t, town)
	h.do(site.KioskUp{Kiosk: mine})
	p := pressOf(mine, 1, 1, call.Urgent)
	h.kiosk(p)
	h.do(site.Command{Call: p.Call, Event: call.Answer{Person: li}}) // li was never Present
	h.kiosk(wire.Grant{Call: p.Call, Grant: call.Grant{Epoch: 1, Site: town, Person: li, Live: true}})
	h.wait(10 * time.Second)
	if v, _ := h.s.Call(p.Call); v.Call.Phase() != call.Ringing {
		t.Fatalf("the call is %s ten seconds after the page went", v.Call.Phase())
	}
}

package hub_test

import (
	"testing"

	"huying/hub"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/kiosk"
)

const countySeed = `
people:
  - {id: c1, account: zhao, password: mima-zhao-1, name: 赵（虚构）, post: 值班员, role: supervisor, unit: "361025"}
`

const between = "a-secret-of-both-hubs"

var lean = view.Unit{Code: "361025", Name: "乐安县"}

// newCounty is the county's hub and the township's below it.
func newCounty(t *testing.T, change ...func(*hub.Config)) (county, township *township) {
	t.Helper()
	c := hub.Config{Unit: lean, Children: []hub.Neighbour{{Unit: niutian, Secret: between}}}
	for _, f := range change {
		f(&c)
	}
	county = newHub(t, c, countySeed)
	county.start()
	township = newHub(t, hub.Config{Unit: niutian,
		Parent: &hub.Neighbour{Unit: lean, URL: "http://" + county.app.Addr(), Secret: between}}, seedText)
	township.enrol()
	township.start()
	county.key = township.key
	return county, township
}

func TestCountyAnswersWhatNobodyAnswered(t *testing.T) {
	county, niutian := newCounty(t)
	zhao := county.operator("zhao", "mima-zhao-1")
	// That the county shows the point proves that it learnt of the kiosk.
	zhao.pointShown(liukeng)
	v := niutian.village()
	v.connect(county)
	wang := niutian.operator("wang", "mima-wang-1")
	v.press(call.Urgent)
	wang.ringing()
	c := zhao.ringing()
	if len(c.Rings) != 1 || c.Rings[0] != "county" {
		t.Fatalf("the county is shown as %q on its own page", c.Rings)
	}
	must(t, zhao.answer(c.ID))
	if p := v.shows(kiosk.Answered); p.Grant.Site != "361025" || p.Grant.Person.ID != "c1" {
		t.Fatalf("the kiosk shows %+v", p.Grant)
	}
	seen := wang.sees("who of the county talks", func(c view.Call) bool { return c.Phase == view.Talking })
	if seen.Answerer.Person.Name != "赵（虚构）" || seen.Answerer.Site.Name != "乐安县" {
		t.Fatalf("the township sees %+v", seen.Answerer)
	}
	if code := codeOf(wang.answer(c.ID)); code != "call_taken" {
		t.Fatalf("the township answers too: %q", code)
	}
	must(t, zhao.speech(c.ID))
	must(t, zhao.hangUp(c.ID))
	zhao.sees("wrap-up", func(c view.Call) bool { return c.Phase == view.WrapUp })
	must(t, zhao.close(c.ID))
	wang.sees("the end", func(c view.Call) bool { return c.Phase == view.Closed && c.Closing.Person.ID == "c1" })
	v.shows(kiosk.Rating)
}

func TestKioskCallsTheCountyWhenTheTownshipIsDead(t *testing.T) {
	county, niutian := newCounty(t)
	zhao := county.operator("zhao", "mima-zhao-1")
	zhao.pointShown(liukeng)
	v := niutian.village()
	v.connect(county)
	niutian.app.Stop()
	v.lost(niutian.site())
	v.press(call.Urgent)
	v.waitAndTick()
	c := zhao.ringing()
	must(t, zhao.answer(c.ID))
	v.shows(kiosk.Answered)
}

func TestForeignSiteIsRefused(t *testing.T) {
	county, _ := newCounty(t)
	for _, h := range []struct{ site, secret string }{{"361025105", "another secret"}, {"361025199", between}, {"", ""}} {
		if status := county.dialUplink(h.site, h.secret); status != 401 {
			t.Errorf("site %q: status %d, want 401", h.site, status)
		}
	}
}

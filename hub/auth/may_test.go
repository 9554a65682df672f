package auth

import (
	"testing"

	"pgregory.net/rapid"
)

func TestMay(t *testing.T) {
	const county, township, village, other = "361025", "361025105", "361025105207", "361025106"
	as := func(r Role, unit string) Person { return Person{ID: "p", Role: r, Unit: unit} }
	for _, c := range []struct {
		name   string
		person Person
		action Action
		unit   string
		want   Reason
	}{
		{"operator answers in the township", as(Operator, township), CallAnswer, village, Granted},
		{"supervisor answers in the county", as(Supervisor, county), CallAnswer, village, Granted},
		{"leader closes in the village", as(DutyLeader, village), CallClose, village, Granted},
		{"operator of another township", as(Operator, other), CallAnswer, village, ForeignUnit},
		{"operator of a village, at the township", as(Operator, village), CallAnswer, township, ForeignUnit},
		{"operator of a village sits at the township's desk", as(Operator, village), DutySet, township, Granted},
		{"operator of another township's desk", as(Operator, other), DutySet, township, ForeignUnit},
		{"administrator hears no calls", as(Administrator, county), CallMedia, village, RoleMayNot},
		{"administrator adds kiosks", as(Administrator, township), KioskAdd, village, Granted},
		{"administrator of elsewhere", as(Administrator, other), KioskAdd, village, ForeignUnit},
		{"administrator of the county's hub tells all its kiosks", as(Administrator, county), KioskTellAll, county, Granted},
		{"administrator of one township there does not", as(Administrator, township), KioskTellAll, county, ForeignUnit},
		{"but those of the township's own hub", as(Administrator, township), KioskTellAll, township, Granted},
		{"operator adds none", as(Operator, township), KioskAdd, village, RoleMayNot},
		{"cadre signs out anywhere", as(Cadre, other), SessionEnd, "", Granted},
		{"nobody", Person{}, SessionRead, "", Nobody},
		{"nobody, open", Person{}, Open, "", Granted},
		{"unknown role", as("king", county), SessionRead, "", UnknownRole},
		{"unknown action", as(Operator, county), "call.delete", village, UnknownAction},
		{"a person without unit is nowhere", as(Supervisor, ""), CallAnswer, village, ForeignUnit},
		{"a call without unit is nobody's", as(Supervisor, county), CallAnswer, "", ForeignUnit},
		{"a code cut in the middle is no unit", as(Operator, "3610251"), CallAnswer, village, ForeignUnit},
	} {
		if ok, got := May(c.person, c.action, c.unit); got != c.want || ok != (c.want == Granted) {
			t.Errorf("%s: %v %s, want %s", c.name, ok, got, c.want)
		}
	}
}

func TestEveryRouteHasAnActionWithARow(t *testing.T) {
	for _, r := range Routes {
		_, granted := grants[r.Action]
		if r.Action != Open && !granted {
			t.Errorf("%s %s: action %q has no row", r.Method, r.Path, r.Action)
		}
		if target := ReachOf(r.Action) == Target; target != (r.Unit != "") {
			t.Errorf("%s %s: reach %s, unit from %q", r.Method, r.Path, ReachOf(r.Action), r.Unit)
		}
	}
}

func TestCoversIsAnOrderOnUnits(t *testing.T) {
	unit := rapid.StringMatching(`3[0-9]((10)(25)?|1025(10[0-9]){1,3})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := unit.Draw(t, "a"), unit.Draw(t, "b"), unit.Draw(t, "c")
		if ValidUnit(a) != Covers(a, a) {
			t.Fatal("a valid unit covers itself")
		}
		if Covers(a, b) && Covers(b, a) && a != b {
			t.Fatal("two units cover each other")
		}
		if Covers(a, b) && Covers(b, c) && !Covers(a, c) {
			t.Fatal("covering is not passed on")
		}
	})
}

func TestKioskUnit(t *testing.T) {
	for id, want := range map[string]string{
		"361025105207-1": "361025105207", "361025105207-1.7.42": "361025105207",
		"361025105207": "", "": "", "-1": "", "x-1": "", "3610251052-1": "",
	} {
		if got, ok := KioskUnit(id); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v", id, got, ok)
		}
	}
}

package auth

import "slices"

// Reason names why May decided as it did; it is logged and tested.
type Reason string

// The reasons of May.
const (
	Granted       Reason = "granted"
	Nobody        Reason = "nobody"         // no person is signed in
	UnknownRole   Reason = "unknown_role"   // the person's role is none of Roles
	UnknownAction Reason = "unknown_action" // the action has no row in the table
	RoleMayNot    Reason = "role_may_not"   // the role does not do this
	ForeignUnit   Reason = "foreign_unit"   // the role does, but not for this unit
)

// May decides whether a person may do an action about a unit. It is the only
// place where roles and units are compared. For an action about the hub as a
// whole (ReachOf is Site or Whole) unit is the hub's own; for Self it is not looked at.
// What is not in the table is refused.
func May(p Person, a Action, unit string) (bool, Reason) {
	if a == Open {
		return true, Granted
	}
	if p.ID == "" {
		return false, Nobody
	}
	if !p.Role.Valid() {
		return false, UnknownRole
	}
	g, ok := grants[a]
	switch {
	case !ok:
		return false, UnknownAction
	case !slices.Contains(g.roles, p.Role):
		return false, RoleMayNot
	case (g.reach == Target || g.reach == Whole) && !Covers(p.Unit, unit),
		g.reach == Site && !Covers(p.Unit, unit) && !Covers(unit, p.Unit):
		return false, ForeignUnit
	}
	return true, Granted
}

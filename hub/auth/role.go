// Package auth says who may do what at a hub, and proves who somebody is.
//
// May is the only place where roles and units are compared; Routes names, for
// each route of the hub, the action it needs. The rest of the package proves
// identity: passwords, back-off, sessions, one-time tickets for live sockets,
// one-time codes and keys for kiosks. Nothing here knows SQL or HTTP routing.
package auth

// Role is the part a person plays; it decides which actions are open.
type Role string

// The roles of a hub.
const (
	Administrator Role = "administrator" // people, kiosks, settings; hears no calls
	Operator      Role = "operator"      // 接线员, answers at a township hall
	DutyLeader    Role = "duty_leader"   // 带班领导, second on the ladder
	Supervisor    Role = "supervisor"    // county command centre
	Cadre         Role = "cadre"         // township official with a phone
	Window        Role = "window"        // county department's counter
)

// Roles lists every role.
var Roles = []Role{Administrator, Operator, DutyLeader, Supervisor, Cadre, Window}

// Valid reports whether the role is a known one.
func (r Role) Valid() bool {
	for _, known := range Roles {
		if r == known {
			return true
		}
	}
	return false
}

// Person is who is signed in: what decisions and pages need, no secret.
type Person struct {
	ID   string
	Name string
	Post string // the post held, in words for people: 接线员
	Role Role
	Unit string // administrative division code of the person's unit
}

// Pages lists the pages a role has, the one to open first in front. Roles
// whose page is not built yet have none.
func Pages(r Role) []string {
	switch r {
	case Operator, DutyLeader:
		return []string{"desk"}
	case Supervisor:
		return []string{"centre", "desk"}
	default:
		return []string{}
	}
}

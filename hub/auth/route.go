package auth

// Route is one route of a hub and what it needs.
type Route struct {
	Method string
	Path   string // as the router writes it, with {names}
	Action Action
	// Unit is where a Target action finds its unit: "id", "kiosk" and "ticket" are path
	// parameters that carry a unit code, "body" is checked by the handler once
	// the body is read, "person" once the person is found. Empty for the other reaches.
	Unit string
}

// Routes is every route of a hub. The api refuses to start with a route that
// has no row here, and a test walks the router against this table.
var Routes = []Route{
	{"POST", "/api/session", Open, ""},
	{"GET", "/api/session", SessionRead, ""},
	{"DELETE", "/api/session", SessionEnd, ""},
	{"POST", "/api/ticket", LiveOpen, ""},
	{"GET", "/live", Open, ""}, // the one-time ticket says who
	{"PUT", "/api/duty", DutySet, ""},
	{"GET", "/api/calls", CallList, ""},
	{"GET", "/api/calls/{id}", CallShow, "id"},
	{"POST", "/api/calls/{id}/answer", CallAnswer, "id"},
	{"POST", "/api/calls/{id}/media", CallMedia, "id"},
	{"POST", "/api/calls/{id}/speech", CallSpeech, "id"},
	{"POST", "/api/calls/{id}/hang-up", CallHangUp, "id"},
	{"POST", "/api/calls/{id}/attended", CallAttended, "id"},
	{"POST", "/api/calls/{id}/close", CallClose, "id"},
	{"GET", "/api/points", PointList, ""},
	{"POST", "/api/points", KioskAdd, "body"},
	{"POST", "/api/points/{kiosk}/enrolment", KioskEnrol, "kiosk"},
	{"POST", "/api/points/{kiosk}/revocation", KioskRevoke, "kiosk"},
	{"GET", "/api/points/{kiosk}/config", KioskTell, "kiosk"},
	{"PUT", "/api/points/{kiosk}/config", KioskTell, "kiosk"},
	{"GET", "/api/config", KioskTellAll, ""},
	{"PUT", "/api/config", KioskTellAll, ""},
	{"GET", "/api/releases", ReleaseKeep, ""},
	{"POST", "/api/releases", ReleaseKeep, ""},
	{"DELETE", "/api/releases/{version}/{arch}", ReleaseKeep, ""},
	{"GET", "/api/rollout", ReleaseKeep, ""},
	{"POST", "/api/rollout", ReleaseKeep, ""},
	{"POST", "/api/rollout/advance", ReleaseKeep, ""},
	{"POST", "/api/rollout/pause", ReleaseKeep, ""},
	{"POST", "/api/rollout/resume", ReleaseKeep, ""},
	{"POST", "/api/rollout/withdraw", ReleaseKeep, ""},
	{"GET", "/api/kiosk/package", Open, ""}, // the kiosk's certificate says who
	{"POST", "/api/enrol", Open, ""},        // the one-time code says who
	{"POST", "/api/certificate", Open, ""},  // the registered key says who
	{"GET", "/api/authority/root.crt", Open, ""},
	{"GET", "/api/authority/root.pem", Open, ""},
	{"GET", "/api/health/points", HealthList, ""},
	{"GET", "/api/health/points/{kiosk}", HealthShow, "kiosk"},
	{"GET", "/api/alarms", TicketList, ""},
	{"GET", "/api/tickets", TicketList, ""},
	{"POST", "/api/tickets/{ticket}/take", TicketDo, "ticket"},
	{"POST", "/api/tickets/{ticket}/stop-gap", TicketDo, "ticket"},
	{"POST", "/api/tickets/{ticket}/repaired", TicketDo, "ticket"},
	{"POST", "/api/tickets/{ticket}/close", TicketDo, "ticket"},
	{"GET", "/api/session/photo", PhotoOwn, ""},
	{"PUT", "/api/session/photo", PhotoOwn, ""},
	{"DELETE", "/api/session/photo", PhotoOwn, ""},
	{"GET", "/api/people/{person}/photo", PhotoSee, ""},
	{"PUT", "/api/people/{person}/photo", PhotoKeep, "person"},
	{"DELETE", "/api/people/{person}/photo", PhotoKeep, "person"},
	{"GET", "/api/kiosk/photo/{person}", Open, ""}, // the kiosk's certificate or signature says who
	{"GET", "/api/openapi.json", Open, ""},
	{"GET", "/livez", Open, ""},
	{"GET", "/readyz", Open, ""},
}

// RouteFor finds the row of a route; false means the route may not exist.
func RouteFor(method, path string) (Route, bool) {
	for _, r := range Routes {
		if r.Method == method && r.Path == path {
			return r, true
		}
	}
	return Route{}, false
}

package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"huying/hub/auth"
)

// Who may come in at a route.
const (
	anyone    = "anyone" // without a session too
	everybody = "administrator operator duty_leader supervisor cadre window"
	answering = "operator duty_leader supervisor"
	watching  = "administrator operator duty_leader supervisor"
	keeping   = "administrator"
)

// samples are a good request for each route, so that what stops it is only who
// asks, and who may. They are written apart from the table in auth on purpose.
// A route without a row here fails the walk.
var samples = map[string]struct {
	who        string
	path, body string
	done       int // status when it is allowed
}{
	"POST /api/session":                     {anyone, "", credentials("operator", password), 200},
	"GET /api/session":                      {everybody, "", "", 200},
	"DELETE /api/session":                   {everybody, "", "", 204},
	"POST /api/ticket":                      {answering, "", "", 200},
	"GET /live":                             {anyone, "", "", http.StatusTeapot}, // the desk of the test answers
	"PUT /api/duty":                         {answering, "", `{"on":true}`, 200},
	"GET /api/calls":                        {answering, "/api/calls?limit=5", "", 200},
	"GET /api/calls/{id}":                   {answering, "/api/calls/" + callID, "", 200},
	"POST /api/calls/{id}/answer":           {answering, "/api/calls/" + callID + "/answer", "", 202},
	"POST /api/calls/{id}/media":            {answering, "/api/calls/" + callID + "/media", "", 200},
	"POST /api/calls/{id}/speech":           {answering, "/api/calls/" + callID + "/speech", `{"heard_ms":500,"level_dbfs":-30.5}`, 204},
	"POST /api/calls/{id}/hang-up":          {answering, "/api/calls/" + callID + "/hang-up", "", 202},
	"POST /api/calls/{id}/attended":         {answering, "/api/calls/" + callID + "/attended", `{"who":"李四","note":""}`, 202},
	"POST /api/calls/{id}/close":            {answering, "/api/calls/" + callID + "/close", `{"disposition":"solved","note":""}`, 202},
	"GET /api/points":                       {watching, "", "", 200},
	"POST /api/points":                      {keeping, "", `{"point":{"code":"361025105207","name":"流坑村"},"kiosk":"361025105207-2"}`, 201},
	"POST /api/points/{kiosk}/enrolment":    {keeping, "/api/points/361025105207-1/enrolment", "", 200},
	"POST /api/enrol":                       {anyone, "", `{"code":"AAAA-AAAA","public_key":"not a key"}`, 422}, // past the door
	"GET /api/health/points":                {watching, "", "", 200},
	"GET /api/health/points/{kiosk}":        {watching, "/api/health/points/361025105207-1", "", 200},
	"GET /api/alarms":                       {watching, "", "", 200},
	"GET /api/tickets":                      {watching, "/api/tickets?open=false&limit=5", "", 200},
	"POST /api/tickets/{ticket}/take":       {watching, "/api/tickets/" + ticketID + "/take", `{}`, 202},
	"POST /api/tickets/{ticket}/stop-gap":   {watching, "/api/tickets/" + ticketID + "/stop-gap", `{"note":"村医有钥匙"}`, 202},
	"POST /api/tickets/{ticket}/repaired":   {watching, "/api/tickets/" + ticketID + "/repaired", `{"note":"换线"}`, 202},
	"POST /api/tickets/{ticket}/close":      {watching, "/api/tickets/" + ticketID + "/close", `{}`, 202},
	"POST /api/points/{kiosk}/revocation":   {keeping, "/api/points/361025105207-1/revocation", "", 204},
	"GET /api/points/{kiosk}/config":        {keeping, "/api/points/361025105207-1/config", "", 200},
	"PUT /api/points/{kiosk}/config":        {keeping, "/api/points/361025105207-1/config", `{"volume":50}`, 200},
	"GET /api/config":                       {keeping, "", "", 200},
	"PUT /api/config":                       {keeping, "", `{}`, 200},
	"GET /api/releases":                     {keeping, "", "", 200},
	"POST /api/releases":                    {keeping, "", `{}`, 415}, // past the door: no form
	"DELETE /api/releases/{version}/{arch}": {keeping, "/api/releases/0.3.0/arm64", "", 404},
	"GET /api/rollout":                      {keeping, "", "", 200},
	"POST /api/rollout":                     {keeping, "", `{"version":"0.3.0","trial":["361025105207-1"]}`, 404},
	"POST /api/rollout/advance":             {keeping, "", `{"from":"trial"}`, 409}, // there is none
	"POST /api/rollout/pause":               {keeping, "", `{}`, 409},
	"POST /api/rollout/resume":              {keeping, "", `{}`, 409},
	"POST /api/rollout/withdraw":            {keeping, "", `{}`, 409},
	"GET /api/kiosk/package":                {anyone, "/api/kiosk/package?version=0.3.0&arch=arm64", "", 404}, // nothing is offered
	"POST /api/certificate":                 {anyone, "", `{"kiosk":"361025105207-1","request":"AAAA"}`, 422}, // past the door
	"GET /api/authority/root.crt":           {anyone, "", "", 200},
	"GET /api/authority/root.pem":           {anyone, "", "", 200},
	"GET /api/session/photo":                {everybody, "", "", 204}, // there is none
	"PUT /api/session/photo":                {everybody, "", somePicture, 204},
	"DELETE /api/session/photo":             {everybody, "", "", 204},
	"GET /api/people/{person}/photo":        {everybody, "/api/people/id-operator/photo", "", 404}, // past the door: there is none
	"PUT /api/people/{person}/photo":        {keeping, "/api/people/id-operator/photo", somePicture, 204},
	"DELETE /api/people/{person}/photo":     {keeping, "/api/people/id-operator/photo", "", 204},
	"GET /api/kiosk/photo/{person}":         {anyone, "/api/kiosk/photo/id-operator", "", 403}, // no kiosk asks
	"GET /api/openapi.json":                 {anyone, "", "", 200},
	"GET /livez":                            {anyone, "", "", 200},
	"GET /readyz":                           {anyone, "", "", 200},
}

// door is what somebody meets at a route: "" is in, otherwise the code. Only
// one's own session is the same wherever one is from.
func door(roles string, who visitor) string {
	switch {
	case roles == anyone:
		return ""
	case who.role == "":
		return "no_session"
	case !slices.Contains(strings.Fields(roles), string(who.role)):
		return "not_allowed"
	case who.foreign && roles != everybody:
		return "foreign_unit"
	}
	return ""
}

type visitor struct {
	account string
	role    auth.Role
	foreign bool
}

// TestEveryRouteAsksWhoAndWhere walks the router itself: every route x every
// role, nobody, and people of another township.
func TestEveryRouteAsksWhoAndWhere(t *testing.T) {
	visitors := []visitor{{}, {"foreign", auth.Operator, true}, {"foreign-admin", auth.Administrator, true}}
	for _, role := range auth.Roles {
		visitors = append(visitors, visitor{string(role), role, false})
	}
	site := open(t)
	seen := map[string]bool{}
	must(t, site.handler.Routes(func(method, path string) { seen[method+" "+path] = true }))
	for _, row := range auth.Routes {
		if !seen[row.Method+" "+row.Path] {
			t.Errorf("auth.Routes has %s %s, the router has not", row.Method, row.Path)
		}
	}
	for route := range seen {
		method, path, _ := strings.Cut(route, " ")
		_, inTable := auth.RouteFor(method, path)
		sample, known := samples[route]
		if !inTable || !known {
			t.Errorf("%s: a new route needs a row in auth.Routes and a sample here", route)
			continue
		}
		if sample.path == "" {
			sample.path = path
		}
		for _, who := range visitors {
			site := open(t)
			b := site.browser()
			if who.account != "" {
				b = site.signedIn(who.account)
			}
			w := b.do(method, sample.path, sample.body)
			want := door(sample.who, who)
			switch {
			case want != "":
				problem(t, w, want)
				if len(site.desk.asked) > 0 {
					t.Errorf("%s as %+v: the desk was asked: %v", route, who, site.desk.asked)
				}
			case w.Code != sample.done:
				t.Errorf("%s as %+v: %d %s, want %d", route, who, w.Code, w.Body, sample.done)
			}
		}
	}
}

func TestACallOfAnotherUnitIsOutOfReachThoughTheRoleMay(t *testing.T) {
	site := open(t)
	village := site.signedIn("village") // operator of village 361025105209
	for _, verb := range []string{"answer", "media", "hang-up"} {
		village.refused(403, "foreign_unit", "POST", "/api/calls/"+callID+"/"+verb, "")
	}
	village.refused(403, "foreign_unit", "GET", "/api/calls/"+callID, "")
	village.expect(202, "POST", "/api/calls/361025105209-1.1.1/answer", "")
	operator := site.signedIn("operator")
	for _, id := range []string{"361025106200-1.1.1", "361025-1.1.1", "3610251052070-1.1.1"} {
		w := operator.do("POST", "/api/calls/"+id+"/answer", "")
		if w.Code != 403 && w.Code != 404 {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
	operator.refused(404, "unknown_call", "GET", "/api/calls/nonsense", "")
	operator.refused(404, "unknown_call", "GET", "/api/calls/-1.2.3", "")
}

func TestListsAreCutToTheUnit(t *testing.T) {
	site := open(t)
	count := func(account string) int {
		w := site.signedIn(account).expect(200, "GET", "/api/calls", "")
		return strings.Count(w.Body.String(), `"kiosk"`)
	}
	if own, village, county := count("operator"), count("village"), count("supervisor"); own != 2 || village != 1 || county != 3 {
		t.Fatalf("calls seen: township %d, village %d, county %d", own, village, county)
	}
	w := site.signedIn("operator").expect(200, "GET", "/api/points", "")
	if n := strings.Count(w.Body.String(), `"kiosk"`); n != 1 {
		t.Fatalf("points seen: %d in %s", n, w.Body)
	}
}

func TestATicketOfAnotherUnitIsOutOfReach(t *testing.T) {
	site := open(t)
	village := site.signedIn("village") // operator of village 361025105209
	for _, verb := range []string{"take", "stop-gap", "repaired", "close"} {
		village.refused(403, "foreign_unit", "POST", "/api/tickets/"+ticketID+"/"+verb, `{}`)
		village.refused(403, "foreign_unit", "POST", "/api/tickets/361025105-all.361025105.t3/"+verb, `{}`)
		village.refused(404, "unknown_ticket", "POST", "/api/tickets/nonsense/"+verb, `{}`)
	}
	village.expect(202, "POST", "/api/tickets/361025105209-1.361025105.t3/take", `{}`)
	site.signedIn("operator").expect(202, "POST", "/api/tickets/361025105-all.361025105.t3/take", `{}`)
	for account, want := range map[string]int{"operator": 3, "village": 1, "supervisor": 4} {
		for _, path := range []string{"/api/tickets", "/api/alarms"} {
			w := site.signedIn(account).expect(200, "GET", path, "")
			if n := strings.Count(w.Body.String(), `"phase"`); n != want {
				t.Errorf("%s sees %d tickets at %s, want %d", account, n, path, want)
			}
		}
	}
	if n := strings.Count(village.expect(200, "GET", "/api/health/points", "").Body.String(), `"kiosk"`); n != 1 {
		t.Errorf("the village sees %d points", n)
	}
	village.refused(403, "foreign_unit", "GET", "/api/health/points/361025105207-1", "")
}

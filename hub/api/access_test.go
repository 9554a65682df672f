package api_test

import (
	"net/http"
	"strings"
	"testing"

	"huying/hub/auth"
)

// samples are a good request for each route, so that what stops it is only who
// asks. A route without a row here fails the walk.
var samples = map[string]struct {
	path, body string
	done       int // status when it is allowed
}{
	"POST /api/session":                  {"", credentials("operator", password), 200},
	"GET /api/session":                   {"", "", 200},
	"DELETE /api/session":                {"", "", 204},
	"POST /api/ticket":                   {"", "", 200},
	"GET /live":                          {"", "", http.StatusTeapot}, // the desk of the test answers
	"PUT /api/duty":                      {"", `{"on":true}`, 200},
	"GET /api/calls":                     {"/api/calls?limit=5", "", 200},
	"GET /api/calls/{id}":                {"/api/calls/" + callID, "", 200},
	"POST /api/calls/{id}/answer":        {"/api/calls/" + callID + "/answer", "", 202},
	"POST /api/calls/{id}/media":         {"/api/calls/" + callID + "/media", "", 200},
	"POST /api/calls/{id}/speech":        {"/api/calls/" + callID + "/speech", `{"heard_ms":500,"level_dbfs":-30.5}`, 204},
	"POST /api/calls/{id}/hang-up":       {"/api/calls/" + callID + "/hang-up", "", 202},
	"POST /api/calls/{id}/attended":      {"/api/calls/" + callID + "/attended", `{"who":"李四","note":""}`, 202},
	"POST /api/calls/{id}/close":         {"/api/calls/" + callID + "/close", `{"disposition":"solved","note":""}`, 202},
	"GET /api/points":                    {"", "", 200},
	"POST /api/points":                   {"", `{"point":{"code":"361025105207","name":"流坑村"},"kiosk":"361025105207-2"}`, 201},
	"POST /api/points/{kiosk}/enrolment": {"/api/points/361025105207-1/enrolment", "", 200},
	"POST /api/enrol":                    {"", `{"code":"AAAA-AAAA","public_key":"not a key"}`, 422}, // past the door
	"GET /api/openapi.json":              {"", "", 200},
	"GET /livez":                         {"", "", 200},
	"GET /readyz":                        {"", "", 200},
}

// door is what somebody meets at a route: "" is in, otherwise the code.
func door(reach auth.Reach, action auth.Action, who visitor) string {
	switch {
	case action == auth.Open:
		return ""
	case who.role == "":
		return "no_session"
	}
	roles := map[auth.Action]string{
		auth.SessionRead: "administrator operator duty_leader supervisor cadre window",
		auth.SessionEnd:  "administrator operator duty_leader supervisor cadre window",
		auth.PointList:   "administrator operator duty_leader supervisor",
		auth.KioskAdd:    "administrator",
		auth.KioskEnrol:  "administrator",
	}[action]
	if roles == "" {
		roles = "operator duty_leader supervisor"
	}
	switch {
	case !strings.Contains(roles, string(who.role)):
		return "not_allowed"
	case who.foreign && reach != auth.Self:
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
// role, nobody, and people of another township. The expectations stand in
// door, apart from the table in auth.
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
		row, inTable := auth.RouteFor(method, path)
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
			want := door(auth.ReachOf(row.Action), row.Action, who)
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

package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/releases"
	"huying/hub/view"
)

// Rollout is the way of one release to the kiosks of this hub.
type rollout struct {
	ID       int64         `json:"id"`
	Version  string        `json:"version"`
	Stage    string        `json:"stage" enum:"trial,tenth,all" doc:"to which kiosks it goes: the picked ones, a tenth, all"`
	State    string        `json:"state" enum:"running,paused,halted,withdrawn,done" doc:"halted: by itself, because kiosks failed"`
	Since    time.Time     `json:"since"`
	Counts   rolloutCounts `json:"counts" doc:"of the kiosks of the present stage"`
	Steps    []rolloutStep `json:"steps" nullable:"false" doc:"its history, the first step in front"`
	Waits    int           `json:"waits" doc:"for so many kiosks the next stage waits"`
	CanBegin bool          `json:"can_begin" doc:"it is over: another may begin"`
	May      []string      `json:"may" nullable:"false" doc:"advance, pause, resume, withdraw"`
}

type rolloutCounts struct {
	Members     int `json:"members" doc:"that can be updated"`
	Offered     int `json:"offered"`
	Fetching    int `json:"fetching"`
	Waiting     int `json:"waiting" doc:"it is there and waits until nobody needs the kiosk"`
	Installing  int `json:"installing" doc:"or on trial"`
	Installed   int `json:"installed"`
	Proven      int `json:"proven" doc:"of the installed: a press has arrived since"`
	Failed      int `json:"failed"`
	Unreachable int `json:"unreachable"`
	Unable      int `json:"unable" doc:"cannot be updated from afar; not a member"`
}

type rolloutStep struct {
	At     time.Time `json:"at"`
	What   string    `json:"what" enum:"started,advanced,excused,paused,resumed,halted,withdrawn,done"`
	Stage  string    `json:"stage,omitempty"`
	Person string    `json:"person,omitempty" doc:"name; absent: the hub itself"`
	Kiosks []string  `json:"kiosks,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// RolloutKiosk is a kiosk of this hub as the page of releases shows it.
type rolloutKiosk struct {
	Kiosk     string     `json:"kiosk"`
	Point     view.Unit  `json:"point"`
	Township  view.Unit  `json:"township"`
	Online    bool       `json:"online"`
	Version   string     `json:"version,omitempty" doc:"that it runs; absent: it was never heard"`
	Arch      string     `json:"arch,omitempty" doc:"absent: its program is too old to be updated from afar"`
	Updatable bool       `json:"updatable" doc:"by the packages of the rollout; by any while none is under way"`
	Member    bool       `json:"member" doc:"of the present stage"`
	Trial     bool       `json:"trial,omitempty" doc:"picked"`
	Phase     string     `json:"phase,omitempty" enum:"offered,fetching,waiting,installing,trying,installed,refused,rolled_back,lost" doc:"absent: not offered"`
	Proven    bool       `json:"proven,omitempty" doc:"it runs the release and a press has arrived since"`
	Percent   int        `json:"percent,omitempty" doc:"of the package that is fetched"`
	Error     string     `json:"error,omitempty" doc:"in Chinese"`
	Since     *time.Time `json:"since,omitempty" doc:"in this phase"`
	Missing   string     `json:"missing,omitempty" enum:"not_offered,not_proven,offered,fetching,waiting,installing,trying,refused,rolled_back,lost" doc:"why the next stage waits for it; absent: it does not"`
	Excuse    string     `json:"excuse,omitempty" doc:"the reason for which it is not waited for"`
}

type (
	rolloutOutput struct {
		Body struct {
			Rollout *rollout       `json:"rollout,omitempty" doc:"the latest; absent: there never was one"`
			Kiosks  []rolloutKiosk `json:"kiosks" nullable:"false" doc:"whose home is this hub"`
			Below   []view.Unit    `json:"below" nullable:"false" doc:"hubs below, which keep releases of their own"`
		}
	}
	beginInput struct {
		Body struct {
			Version string   `json:"version" minLength:"1" maxLength:"40"`
			Trial   []string `json:"trial" minItems:"1" maxItems:"20" nullable:"false" doc:"ids of the kiosks that are the first"`
		}
	}
	advanceInput struct {
		Body struct {
			From    string          `json:"from" enum:"trial,tenth,all" doc:"the stage that the person sees"`
			Excuses []rolloutExcuse `json:"excuses,omitempty" nullable:"false" maxItems:"500"`
		}
	}
	rolloutExcuse struct {
		Kiosk  string `json:"kiosk" maxLength:"40"`
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
	noteInput struct {
		Body struct {
			Note string `json:"note,omitempty" maxLength:"200" doc:"why; needed to go on with a rollout that halted"`
		}
	}
)

func (s *server) rolloutRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/rollout", OperationID: "show-rollout",
		Summary: "Show the latest rollout and every kiosk"}, s.showRollout)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/rollout", OperationID: "begin-rollout",
		Summary: "Offer a version to trial points", DefaultStatus: http.StatusCreated}, s.beginRollout)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/rollout/advance", OperationID: "advance-rollout",
		Summary: "Open the next stage"}, s.advanceRollout)
	for _, v := range []struct {
		verb, summary string
		act           func(context.Context, string, releases.Person) error
	}{
		{"pause", "Keep the release from further kiosks", func(ctx context.Context, n string, p releases.Person) error { return s.Releases.Pause(ctx, n, p) }},
		{"resume", "Go on with a rollout that was paused or halted", func(ctx context.Context, n string, p releases.Person) error { return s.Releases.Resume(ctx, n, p) }},
		{"withdraw", "Take the release back from all that have not begun to install it", func(ctx context.Context, n string, p releases.Person) error { return s.Releases.Withdraw(ctx, n, p) }},
	} {
		register(s, huma.Operation{Method: http.MethodPost, Path: "/api/rollout/" + v.verb, OperationID: v.verb + "-rollout", Summary: v.summary},
			func(ctx context.Context, in *noteInput) (*rolloutOutput, error) {
				if err := v.act(ctx, strings.TrimSpace(in.Body.Note), doer(ctx)); err != nil {
					return nil, err
				}
				return s.showRollout(ctx, nil)
			})
	}
}

func (s *server) beginRollout(ctx context.Context, in *beginInput) (*rolloutOutput, error) {
	if err := s.Releases.Begin(ctx, in.Body.Version, in.Body.Trial, doer(ctx)); err != nil {
		return nil, err
	}
	return s.showRollout(ctx, nil)
}

func (s *server) advanceRollout(ctx context.Context, in *advanceInput) (*rolloutOutput, error) {
	reasons := map[string]string{}
	for _, e := range in.Body.Excuses {
		reasons[e.Kiosk] = strings.TrimSpace(e.Reason)
	}
	if err := s.Releases.Advance(ctx, releases.Stage(in.Body.From), reasons, doer(ctx)); err != nil {
		return nil, err
	}
	return s.showRollout(ctx, nil)
}

func (s *server) showRollout(context.Context, *struct{}) (*rolloutOutput, error) {
	sight := s.Releases.See()
	missing := map[string]string{}
	for _, m := range sight.Missing {
		missing[m.Kiosk] = string(m.Why)
	}
	out := &rolloutOutput{}
	out.Body.Kiosks, out.Body.Below = []rolloutKiosk{}, append([]view.Unit{}, s.Below...)
	for _, k := range sight.Fleet.Kiosks {
		if !k.Retired {
			out.Body.Kiosks = append(out.Body.Kiosks, s.rolloutKiosk(k, sight, missing[k.ID]))
		}
	}
	if r := sight.Rollout; r != nil {
		out.Body.Rollout = shownRollout(r, out.Body.Kiosks, len(missing))
	}
	return out, nil
}

func (s *server) rolloutKiosk(k releases.Kiosk, sight releases.Sight, missing string) rolloutKiosk {
	out := rolloutKiosk{Kiosk: k.ID, Online: k.Online, Version: k.Version, Arch: k.Arch, Updatable: sight.Fleet.Updatable(k), Missing: missing}
	unit, _ := auth.KioskUnit(k.ID)
	out.Point, _ = s.Unit(unit)
	out.Township, _ = s.Unit(k.Township)
	r := sight.Rollout
	if r == nil {
		return out
	}
	o := r.Kiosks[k.ID]
	out.Member, out.Trial = r.Member(k.ID), slices.Contains(r.Trial, k.ID)
	out.Phase, out.Proven, out.Error = string(o.Phase), o.IsProven(), o.Error
	if o.Phase != releases.None {
		out.Since = &o.Since
	}
	if u := k.Update; u != nil && u.Version == r.Version && o.Phase == releases.Fetching {
		out.Percent = u.Percent
	}
	if o.Excuse != nil {
		out.Excuse = o.Excuse.Note
	}
	return out
}

func shownRollout(r *releases.Rollout, kiosks []rolloutKiosk, waits int) *rollout {
	out := &rollout{ID: r.ID, Version: r.Version, Stage: string(r.Stage), State: string(r.State), Since: r.Since, Waits: waits,
		CanBegin: r.Over(), May: []string{}, Steps: []rolloutStep{}}
	switch r.State {
	case releases.Running:
		if r.Stage != releases.All {
			out.May = append(out.May, "advance")
		}
		out.May = append(out.May, "pause", "withdraw")
	case releases.Paused, releases.Halted:
		out.May = append(out.May, "resume", "withdraw")
	}
	for _, e := range r.Log {
		step := rolloutStep{At: e.At, What: string(e.What), Stage: string(e.Stage), Kiosks: e.Kiosks, Note: e.Note}
		if e.By != nil {
			step.Person = e.By.Name
		}
		out.Steps = append(out.Steps, step)
	}
	for _, k := range kiosks {
		out.Counts.add(k)
	}
	return out
}

func (c *rolloutCounts) add(k rolloutKiosk) {
	if !k.Updatable {
		c.Unable++
		return
	}
	if !k.Member {
		return
	}
	c.Members++
	if !k.Online {
		c.Unreachable++
	}
	switch releases.Phase(k.Phase) {
	case releases.Offered:
		c.Offered++
	case releases.Fetching:
		c.Fetching++
	case releases.Waiting:
		c.Waiting++
	case releases.Installing, releases.Trying:
		c.Installing++
	case releases.Installed:
		c.Installed++
		if k.Proven {
			c.Proven++
		}
	case releases.Refused, releases.RolledBack, releases.Lost:
		c.Failed++
	}
}

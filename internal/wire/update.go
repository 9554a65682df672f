package wire

import "huying/internal/release"

// Update offers a kiosk the release that its hub wants it to run; the package
// is at the hub's /api/kiosk/package. An empty one takes the offer back. The
// kiosk installs it when nobody needs it and tells the outcome in HEALTH.
type Update struct {
	Release *release.Manifest `json:"release,omitempty"`
}

// UpdateState says what became of the release that was offered last.
type UpdateState struct {
	Version string `json:"version"`
	Phase   Phase  `json:"phase"`
	Percent int    `json:"percent,omitempty"` // of the package that is fetched, 0 to 100
	Error   string `json:"error,omitempty"`   // why it was refused or rolled back, for a person
}

// Phase is how far an update is.
type Phase string

// The phases of an update. Installed, Refused and RolledBack are ends.
const (
	Fetching   Phase = "fetching"
	Waiting    Phase = "waiting"     // it is here and good; the kiosk is needed, or on battery
	Installing Phase = "installing"  // the program is about to start anew
	Trying     Phase = "trying"      // the new program runs and has to prove itself
	Installed  Phase = "installed"   // and did
	Refused    Phase = "refused"     // not for this kiosk, not signed, broken, older
	RolledBack Phase = "rolled_back" // the new program did not prove itself: the one before runs
)

// Type names the frame.
func (Update) Type() Type { return TUpdate }

// Validate checks the manifest's form.
func (f Update) Validate() error {
	if f.Release == nil {
		return nil
	}
	if err := f.Release.Validate(); err != nil {
		return bad("release", err.Error())
	}
	return nil
}

func (u *UpdateState) valid() bool {
	switch u.Phase {
	case Fetching, Waiting, Installing, Trying, Installed, Refused, RolledBack:
		return release.ValidVersion(u.Version) && len(u.Error) <= maxDetail && u.Percent >= 0 && u.Percent <= 100
	}
	return false
}

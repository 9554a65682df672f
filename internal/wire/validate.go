package wire

import (
	"huying/internal/call"
)

// Type names the frame.
func (Hello) Type() Type     { return THello }
func (Welcome) Type() Type   { return TWelcome }
func (Press) Type() Type     { return TPress }
func (PressAck) Type() Type  { return TPressAck }
func (PressHold) Type() Type { return TPressHold }
func (Claim) Type() Type     { return TClaim }
func (Grant) Type() Type     { return TGrant }
func (Deny) Type() Type      { return TDeny }
func (Release) Type() Type   { return TRelease }
func (State) Type() Type     { return TState }
func (Media) Type() Type     { return TMedia }
func (Ping) Type() Type      { return TPing }
func (Pong) Type() Type      { return TPong }
func (Refuse) Type() Type    { return TRefuse }
func (Challenge) Type() Type { return TChallenge }
func (Peer) Type() Type      { return TPeer }
func (Fact) Type() Type      { return TFact }
func (FactAck) Type() Type   { return TFactAck }
func (Register) Type() Type  { return TRegister }

func bad(field, want string) error { return &call.FieldError{Field: field, Want: want} }

func callID(id call.ID) error {
	if !call.ValidKiosk(id.Kiosk) || id.Seq == 0 {
		return bad("call", "must be kiosk.boot.seq")
	}
	return nil
}

// Validate checks the nonce: 16 to 64 bytes.
func (f Challenge) Validate() error {
	if len(f.Nonce) < 16 || len(f.Nonce) > 64 {
		return bad("nonce", "must be 16 to 64 bytes")
	}
	return nil
}

// maxEnded bounds the closings a kiosk vouches for at a time.
const maxEnded = 8

// Validate checks who calls.
func (f Hello) Validate() error {
	switch {
	case !call.ValidKiosk(f.Kiosk):
		return bad("kiosk", "must be 1 to 40 small letters, digits or hyphens")
	case f.Proto != Proto:
		return bad("proto", "must be 1; bring the older program up to date")
	case f.BootNo == 0 || f.NextSeq == 0:
		return bad("boot_no", "boot_no and next_seq count from 1")
	case len(f.BootID) > 64 || len(f.Sig) > 128 || len(f.Version) > 64:
		return bad("boot_id", "boot_id, sig or version is too long")
	}
	return f.Episode.validate(f.Kiosk)
}

func (e Episodes) validate(kiosk string) error {
	if len(e.Ended) > maxEnded {
		return bad("ended", "must be at most 8")
	}
	if o := e.Open; o != nil {
		if err := callID(o.Call); err != nil || o.Call.Kiosk != kiosk && kiosk != "" {
			return bad("open.call", "must be a call of this kiosk")
		}
		if err := register(o.Grant); err != nil {
			return err
		}
	}
	for _, x := range e.Ended {
		if err := callID(x.Call); err != nil || x.Call.Kiosk != kiosk && kiosk != "" {
			return bad("ended.call", "must be a call of this kiosk")
		}
		if err := register(x.Grant); err != nil {
			return err
		}
		if err := x.Closing.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// register checks a grant that may be absent (epoch 0).
func register(g call.Grant) error {
	if g.Epoch == 0 {
		return nil
	}
	return g.Validate()
}

// Validate checks the site's name.
func (f Welcome) Validate() error { return f.Site.Validate() }

// Validate checks that the press belongs to its call and has an age.
func (f Press) Validate() error {
	if err := callID(f.Press); err != nil {
		return bad("press", "must be kiosk.boot.seq")
	}
	if err := callID(f.Call); err != nil {
		return err
	}
	switch {
	case f.Call.Kiosk != f.Press.Kiosk:
		return bad("call", "must be a call of the kiosk that was pressed")
	case !f.Key.Valid():
		return bad("key", "must be urgent or enquiry")
	case !f.Purpose.Valid():
		return bad("purpose", "must be absent, quiet, practice, self_test or rating")
	case f.AgeMS < 0:
		return bad("age_ms", "must be 0 or more")
	case len(f.Sig) > 128:
		return bad("sig", "must be at most 128 bytes")
	}
	return nil
}

// Validate checks the ids.
func (f PressAck) Validate() error {
	if err := callID(f.Press); err != nil {
		return bad("press", "must be kiosk.boot.seq")
	}
	return callID(f.Call)
}

// Validate checks the id and that a reason is given.
func (f PressHold) Validate() error {
	if f.Reason == "" || len(f.Reason) > 80 {
		return bad("reason", "must be a code of at most 80 bytes")
	}
	return callID(f.Press)
}

// Validate checks who claims what.
func (f Claim) Validate() error {
	if err := callID(f.Call); err != nil {
		return err
	}
	if err := f.Site.Validate(); err != nil {
		return err
	}
	return f.Person.Validate()
}

// Validate checks the register.
func (f Grant) Validate() error {
	if err := callID(f.Call); err != nil {
		return err
	}
	return f.Grant.Validate()
}

// Validate checks the truth a refusal carries.
func (f Deny) Validate() error {
	if err := callID(f.Call); err != nil {
		return err
	}
	if f.Closing != nil {
		if err := f.Closing.Validate(); err != nil {
			return err
		}
	}
	if err := register(f.Grant); err != nil {
		return err
	}
	return f.Site.Validate()
}

// Validate checks which grant ends, and how.
func (f Release) Validate() error {
	if f.Epoch == 0 {
		return bad("epoch", "must be 1 or more")
	}
	if f.Ending != call.HungUp && f.Ending != call.Dropped {
		return bad("ending", "must be hung_up or dropped")
	}
	if err := f.Site.Validate(); err != nil {
		return err
	}
	if err := f.Person.Validate(); err != nil {
		return err
	}
	return callID(f.Call)
}

// Validate checks the code and that an end has its closing.
func (f State) Validate() error {
	switch f.Code {
	case CodeReceived, CodeRinging, CodeAnswered, CodeWrapUp, CodeOnTheWay:
	case CodeClosed:
		if f.Closing == nil {
			return bad("closing", "must say who closed the call and why")
		}
		if err := f.Closing.Validate(); err != nil {
			return err
		}
	default:
		return bad("code", "is not a code this program knows")
	}
	return callID(f.Call)
}

// Validate checks where to talk.
func (f Media) Validate() error {
	if f.Epoch == 0 || f.URL == "" || f.Token == "" {
		return bad("url", "epoch, url and token must be given")
	}
	return callID(f.Call)
}

// Validate checks the kiosk's view; whose it is, the site checks.
func (f Ping) Validate() error { return f.Episode.validate("") }

// Validate has nothing to check.
func (f Pong) Validate() error { return nil }

// Validate checks that a refusal is named.
func (f Refuse) Validate() error {
	if f.Code == "" {
		return bad("code", "must name the refusal")
	}
	return nil
}

// Validate checks the site's name and version.
func (f Peer) Validate() error {
	if f.Proto != Proto {
		return bad("proto", "must be 1; bring the older program up to date")
	}
	return f.Site.Validate()
}

// Validate checks the number and the call; the codec checks the fact.
func (f Fact) Validate() error {
	if f.N == 0 {
		return bad("n", "counts from 1")
	}
	if len(f.Data) == 0 {
		return bad("data", "must be the fact")
	}
	if f.AgeMS < 0 {
		return bad("age_ms", "must be 0 or more")
	}
	return callID(f.Call)
}

// Validate has nothing to check: 0 acknowledges nothing.
func (f FactAck) Validate() error { return nil }

// Validate checks whose kiosk it is and the length of its key.
func (f Register) Validate() error {
	if !call.ValidKiosk(f.Kiosk) {
		return bad("kiosk", "must be 1 to 40 small letters, digits or hyphens")
	}
	if len(f.PublicKey) != 0 && len(f.PublicKey) != 32 {
		return bad("public_key", "must be 32 bytes or absent")
	}
	if len(f.PointName) > call.MaxName || len(f.TownshipName) > call.MaxName {
		return bad("point_name", "names must be at most 240 bytes")
	}
	if err := f.Township.Validate(); err != nil {
		return err
	}
	return f.Point.Validate()
}

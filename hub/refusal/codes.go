package refusal

// Codes that several packages give. A code is never renamed: pages and
// programs decide by it.
const (
	// Who asks.
	NoSession       = "no_session"        // not signed in, or signed out elsewhere
	BadCredentials  = "bad_credentials"   // account or password wrong; never says which
	TooManyAttempts = "too_many_attempts" // wait for Refusal.After
	NotAllowed      = "not_allowed"       // the role does not do this
	ForeignUnit     = "foreign_unit"      // the role does, but not for this unit
	OriginRefused   = "origin_refused"    // the page does not come from this hub
	BadTicket       = "bad_ticket"        // unknown, used, expired or another page's

	// What was sent.
	BadRequest       = "bad_request"        // not to be parsed
	BadField         = "bad_field"          // parsed, but a field is wrong
	BodyTooLarge     = "body_too_large"     // over 64 KiB
	BodyTooSlow      = "body_too_slow"      // the body did not arrive in time
	WrongContentType = "wrong_content_type" // not JSON
	UnknownPath      = "unknown_path"
	MethodNotAllowed = "method_not_allowed"

	// Calls.
	UnknownCall  = "unknown_call"
	CallTaken    = "call_taken"    // somebody else talks or is about to
	CallClosed   = "call_closed"   // ended by a named person
	WrongPhase   = "wrong_phase"   // not now
	NotAnswerer  = "not_answerer"  // only who answered may
	NotOnDuty    = "not_on_duty"   // press 开始值守 first
	LiveNeeded   = "live_needed"   // duty needs a live socket
	SpeechNeeded = "speech_needed" // a red call needs speech or attendance on site
	KioskOffline = "kiosk_offline" // the kiosk cannot be reached from here

	// Tickets.
	UnknownTicket = "unknown_ticket"
	TicketClosed  = "ticket_closed"
	SiteAway      = "site_away" // the site whose ticket it is cannot be reached from here

	// Points and people.
	UnknownKiosk  = "unknown_kiosk"
	KioskExists   = "kiosk_exists"
	KioskRevoked  = "kiosk_revoked"
	NoAuthority   = "no_authority"  // this hub signs no certificates
	ForeignKiosk  = "foreign_kiosk" // its settings are another hub's
	BadCode       = "bad_code"      // enrolment code unknown, used or expired
	UnknownPerson = "unknown_person"
	AccountTaken  = "account_taken"
	BadPhoto      = "bad_photo" // not a picture that can be shown; the sentence says why
	NoPhoto       = "no_photo"  // the person gave none
	UnprovenKiosk = "unproven_kiosk"

	// Releases of the kiosks' program.
	UnknownRelease  = "unknown_release"
	ReleaseExists   = "release_exists"
	ReleaseInUse    = "release_in_use"
	TooManyReleases = "too_many_releases"
	BadSignature    = "bad_signature"
	NotOffered      = "not_offered"     // to the kiosk that asks
	NoRollout       = "no_rollout"      // there never was one
	RolloutActive   = "rollout_active"  // another is not over
	RolloutChanged  = "rollout_changed" // it is not as the person saw it
	StageNotDone    = "stage_not_done"  // kiosks are missing, and no reason was given

	// The hub itself.
	StoreFull = "store_full" // the database's disk
	StoreDown = "store_down"
	MediaDown = "media_down"
	Busy      = "busy"
	Internal  = "internal"
)

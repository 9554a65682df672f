package life

import "time"

// Times are the patience of a watch.
type Times struct {
	Silent   time.Duration // nothing heard for so long: the kiosk is offline
	Hold     time.Duration // so long a kiosk must be struck to count as one of many: a hub that slept wakes before its sockets
	Gather   time.Duration // so long a fault that may be a township's waits for others of its kind
	Window   time.Duration // such faults that begin within one window are one
	StopGap  time.Duration // from opening to a stop-gap, else the duty leader is told (F102)
	County   time.Duration // and after so much more the county
	Flap     time.Duration // a fault that comes back within this is the same one
	Repaired time.Duration // a repair that does not end the fault within this was none
	Daily    time.Duration // from one self-test from end to end to the next, at most
	Weekly   time.Duration // the same for a test by a human hand
	Settle   time.Duration // a kiosk has so long after it came back to make up for its tests
	Recount  time.Duration // between two counts of the ledger
	Confirm  time.Duration // until a surplus in the ledger is counted again
	Store    time.Duration // how old the stored moment of the last word may grow
}

// DefaultTimes are the figures of the issue and of the feature list: offline
// within 90 s of the last heartbeat, which comes each 30 s; 26 h and 8 days
// leave a test that is made each day or week some slack.
func DefaultTimes() Times {
	return Times{Silent: 80 * time.Second, Hold: 5 * time.Second, Gather: 30 * time.Second, Window: 5 * time.Minute,
		StopGap: 2 * time.Hour, County: time.Hour, Flap: 30 * time.Minute, Repaired: 30 * time.Minute,
		Daily: 26 * time.Hour, Weekly: 8 * 24 * time.Hour, Settle: 2 * time.Hour,
		Recount: 24 * time.Hour, Confirm: 45 * time.Second, Store: 10 * time.Minute}
}

package main

import (
	"testing"
	"time"
)

// TestChaosGoalIsOurs: what becomes of the broker's presses is shown and
// judged by nobody; one lost press of ours is a missed goal.
func TestChaosGoalIsOurs(t *testing.T) {
	good := chaosLine{presses: 100, worst: chaosRingWithin, acknowledged: 10, survived: 10}
	broker := chaosLine{presses: 100, lost: 50, doubled: 3, worst: time.Minute, acknowledged: 10}
	if err := printChaos(deaths{1, 1, 1}, good, broker); err != nil {
		t.Errorf("all was well: %v", err)
	}
	for name, spoil := range map[string]func(*chaosLine){
		"lost":         func(l *chaosLine) { l.lost = 1 },
		"doubled":      func(l *chaosLine) { l.doubled = 1 },
		"late":         func(l *chaosLine) { l.worst += time.Millisecond },
		"not survived": func(l *chaosLine) { l.survived-- },
	} {
		bad := good
		spoil(&bad)
		if printChaos(deaths{1, 1, 1}, bad, broker) == nil {
			t.Errorf("%s: the goal was met all the same", name)
		}
	}
}

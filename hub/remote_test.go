package hub

import (
	"testing"

	"huying/hub/directory"
	"huying/hub/refusal"
)

// A county must not keep settings that its township's kiosk would never get.
func TestAnotherHubsKioskIsNotTold(t *testing.T) {
	r := &remote{mine: func(string) bool { return false }}
	if err := r.Give(t.Context(), directory.Settings{Kiosk: "361025105207-1"}); refusal.Code(err) != refusal.ForeignKiosk {
		t.Errorf("%v", err)
	}
}

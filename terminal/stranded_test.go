package terminal

import (
	"testing"
	"testing/synctest"
	"time"

	"huying/firmware-bridge/input"
	allowed "huying/internal/settings"
	"huying/internal/wire"
	afar "huying/terminal/settings"
)

// Settings are not taken back during a call; one that no site can hear because
// of those settings would otherwise wait for ever.
func TestAPressDuringATrialThatNobodyHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := openTold(t, t.TempDir())
		defer v.term.Stop()
		v.home.up()
		v.last.up()
		v.tell(v.home, 5, allowed.Values{HomeURL: "wss://nowhere.example", LastURL: "wss://nowhere2.example"})
		v.wait(10 * time.Second)
		v.home.events.Down(v.home.site, v.home.conn, "closed")
		v.last.events.Down(v.last.site, v.last.conn, "closed")
		v.press(input.Red)
		v.wait(afar.Patience + time.Minute)
		n := v.count()
		if n < 6 {
			t.Fatalf("4 minutes after the press the kiosk still dials %s and %s", v.to(n-2), v.to(n-1))
		}
		v.line(n - 2).up()
		if len(of[wire.Press](v.line(n-2).take())) == 0 {
			t.Fatal("the press is not sent over the line that works")
		}
	})
}

package hub_test

import (
	"errors"
	"testing"
	"time"

	"huying/hub/view"
)

// The pages say that nothing can be stored before somebody presses.
func TestIdleStoreAway(t *testing.T) {
	w := newTownship(t)
	wang := w.operator("wang", "mima-wang-1")
	w.store.Down(errors.New("somebody pulled the plug"))
	wang.health("the store away", func(s view.Site) bool { return !s.Database })
	w.store.Down(nil)
	wang.health("the store back", func(s view.Site) bool { return s.Database })
}

// health waits until the page shows the hub's health as it should be.
func (o *operator) health(what string, ok func(view.Site) bool) {
	o.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case s := <-o.site:
			if ok(s) {
				return
			}
		case <-deadline:
			o.t.Fatalf("the page never showed %s", what)
		}
	}
}

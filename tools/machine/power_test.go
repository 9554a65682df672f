package machine_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"huying/hub/view"
	"huying/tools/machine"
)

// powerCuts: the hub is away, somebody presses, and the power goes. When both
// are back the press rings, once, under the name it got when it was made.
func (k *trial) powerCuts() {
	k.powerCut("as soon as the journal has the press", func() {})
	if *full {
		k.powerCut("and again while it boots", k.failAgain)
		k.powerCut("while it looks for the hub", func() { k.sh("sleep 3"); k.off() })
		k.cutWhileRinging()
	}
}

// powerCut makes a press that no hub hears. What is done after it is stored
// is then; the power goes in any case.
func (k *trial) powerCut(what string, then func()) {
	k.t.Helper()
	k.hub.stop()
	before := k.appends()
	k.presses++
	k.tap("KEY_RED")
	until(k.t, "the press is in the journal", func() error {
		if n := k.appends(); n == before {
			return fmt.Errorf("after %s appends", n)
		}
		return nil
	})
	then()
	k.off()
	k.cuts++
	k.start()
	k.hub.start()
	began := time.Now()
	c, rang := k.hub.screen.rings("the press of before the power cut "+what, "urgent", 1)
	k.t.Logf("%s: %s rings %v after the hub is ready", what, c.ID, rang.Sub(began).Round(time.Millisecond))
	if boot := k.sh(`journalctl -u huying-terminal -o cat | sed -n 's/.*"kiosk knows".*"boot":\([0-9]*\).*/\1/p' | tail -n 1`); strings.Contains(c.ID, "."+boot+".") {
		k.t.Errorf("call %s is of this boot, %s: it was made in an earlier one", c.ID, boot)
	}
	k.again(c.ID)
}

// appends counts what the journal has stored in this boot.
func (k *trial) appends() string {
	k.t.Helper()
	n, err := k.metric("journal_append_seconds_count")
	if err != nil || n == "" {
		k.t.Fatalf("the journal's appends: %q, %v", n, err)
	}
	return n
}

// again: a press after the cut belongs to the same call, so nothing is rung
// twice; and the key works.
func (k *trial) again(id string) {
	k.t.Helper()
	k.online()
	k.presses++
	k.press("KEY_RED", 1)
	k.exactly(id, 2)
	k.settle(id)
}

// failAgain cuts the power, and once more as soon as the terminal runs again.
func (k *trial) failAgain() {
	k.off()
	k.cuts++
	ctx, cancel := context.WithTimeout(context.Background(), bootPatience)
	defer cancel()
	m, err := machine.Start(ctx, k.parts)
	if err != nil {
		k.t.Fatal(err)
	}
	k.Machine = m
	k.boots++
	until(k.t, "the terminal starts", func() error {
		_, err := k.try("systemctl is-active huying-terminal")
		return err
	})
}

// cutWhileRinging: the hub has the press, the kiosk may not know it yet.
func (k *trial) cutWhileRinging() {
	c := k.rings("the press before a cut while it rings", "urgent", 1, func() { k.tap("KEY_RED") })
	k.off()
	k.cuts++
	k.start()
	k.again(c.ID)
}

// counted compares the ledgers.
func (k *trial) counted() {
	k.sh("systemctl restart huying-terminal") // at each connect they are compared
	var l view.PointLife
	until(k.t, "the ledgers agree", func() error {
		l = k.hub.life()
		if l.Ledger.CheckedAt == nil || int(l.Ledger.Made) != k.presses || len(l.Ledger.Missing)+len(l.Ledger.Surplus) > 0 {
			return fmt.Errorf("%d presses were made by hand, the ledger has %+v", k.presses, l.Ledger)
		}
		return nil
	})
	k.ledger = int(l.Ledger.Made)
}

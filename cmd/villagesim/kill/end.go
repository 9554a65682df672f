package kill

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huying/hub/view"
)

// End lets people rest, waits until both sites mean the same calls, and holds
// everything against the promises once more, the county's copies included.
func (c *County) End(ctx context.Context) (Audit, error) {
	c.Rest()
	now := time.Now()
	err := c.awaitStored(ctx, now)
	c.sort()
	differ, last, began := "", "", time.Now()
	agreed := until(ctx, 30*time.Second, "township and county show the same open calls", func() bool {
		if differ = difference(c.page.open(), c.county.open()); differ != "" {
			last = differ
		}
		return differ == ""
	})
	if agreed != nil {
		agreed = fmt.Errorf("%w: %s", agreed, differ)
	}
	if err = errors.Join(err, agreed); err != nil {
		return Audit{}, err
	}
	home, err := c.home.read(ctx)
	if err != nil {
		return Audit{}, err
	}
	above, err := c.top.read(ctx)
	if err != nil {
		return Audit{}, err
	}
	agreedAfter := time.Since(began)
	a := c.judge(c.book.promised(now), home, &above)
	a.Lost = append(a.Lost, c.forgotten()...)
	a.Agreed, a.Differed = agreedAfter, last
	return a, a.Err()
}

func difference(here, there map[string]view.Call) string {
	for id, v := range here {
		if w, ok := there[id]; !ok || v.Presses != w.Presses || v.Phase != w.Phase {
			return fmt.Sprintf("%s is %s with %d presses at the township, %s with %d at the county", id, v.Phase, v.Presses, w.Phase, w.Presses)
		}
	}
	for id := range there {
		if _, ok := here[id]; !ok {
			return id + " is open at the county only"
		}
	}
	return ""
}

// forgotten finds presses that a living kiosk logged and neither has on its
// disk nor knows to be at home: the book would have believed it.
func (c *County) forgotten() (out []string) {
	for _, k := range c.kiosks {
		have, err := k.journaled()
		if err != nil {
			return []string{err.Error()}
		}
		for _, p := range c.book.promised(time.Now()) {
			if p.id.Kiosk == k.id && have[p.id] == nil && p.acked.IsZero() {
				out = append(out, p.id.String()+" is not in its journal")
			}
		}
	}
	return out
}

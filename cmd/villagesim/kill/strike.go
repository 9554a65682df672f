package kill

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"huying/internal/failpoint"
)

// KillHub is kill -9 of the township's hub at any moment.
func (c *County) KillHub(ctx context.Context) (Outcome, error) { return c.strike(ctx, nil) }

// KillKiosk is kill -9 of some kiosk at any moment.
func (c *County) KillKiosk(ctx context.Context) (Outcome, error) {
	return c.strike(ctx, c.kiosks[rand.IntN(len(c.kiosks))])
}

func (c *County) strike(ctx context.Context, k *kiosk) (Outcome, error) {
	victim := c.home.program
	if k != nil {
		victim = k.program
	}
	began := time.Now()
	victim.kill()
	if err := c.bury(k); err != nil {
		return Outcome{}, err
	}
	back, err := c.revive(ctx, victim, k, began, nil)
	if err != nil {
		return Outcome{}, err
	}
	out, err := c.check(ctx, began, back)
	out.Away = back.Sub(began)
	return out, err
}

// KillKioskWhileHubIsDead leaves a press in one place only, a dead kiosk's
// journal, and brings both back.
func (c *County) KillKioskWhileHubIsDead(ctx context.Context, f ...failpoint.Flaw) (Outcome, error) {
	began := time.Now()
	k := c.kiosks[rand.IntN(len(c.kiosks))]
	c.home.kill()
	died := time.Now()
	c.absent(c.home.program, nil, died, died.Add(hitWait))
	err := until(ctx, hitWait, "somebody pressed at "+k.id, func() bool {
		return slices.ContainsFunc(c.book.promised(time.Now()), func(p press) bool {
			return p.id.Kiosk == k.id && p.at.After(died) && time.Since(p.at) > 100*time.Millisecond
		})
	})
	if err != nil {
		return Outcome{}, err
	}
	fell := time.Now()
	k.kill()
	if err := c.bury(k); err != nil {
		return Outcome{}, err
	}
	if _, err := c.revive(ctx, k.program, k, fell, f); err != nil {
		return Outcome{}, err
	}
	back, err := c.revive(ctx, c.home.program, nil, died, nil)
	if err != nil {
		return Outcome{}, err
	}
	out, err := c.check(ctx, began, back)
	out.Away = back.Sub(died)
	return out, err
}

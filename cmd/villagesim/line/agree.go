package line

import (
	"context"
	"fmt"
	"maps"
	"time"

	"huying/hub/view"
)

// agree waits until both hubs, asked by their pages' own interface, tell of the
// same calls with the same presses, all closed.
func (c *County) agree(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, healWait)
	defer cancel()
	for {
		err := c.differ(ctx)
		if err == nil {
			return nil
		}
		if sleep(ctx, 100*time.Millisecond) != nil {
			return fmt.Errorf("line: %v after everything was well: %w", healWait, err)
		}
	}
}

// differ says in what the two sites differ; nil if in nothing.
func (c *County) differ(ctx context.Context) error {
	var seen []map[string]int
	for _, d := range c.desks {
		calls, err := d.list(ctx)
		if err != nil {
			return err
		}
		m := map[string]int{}
		for _, call := range calls {
			if call.Phase != view.Closed {
				return fmt.Errorf("at %s call %s is %s", d.site.unit.Name, call.ID, call.Phase)
			}
			m[call.ID] = call.Presses
		}
		seen = append(seen, m)
	}
	if !maps.Equal(seen[0], seen[1]) {
		return fmt.Errorf("%s has %d calls, %s has %d: %v and %v", c.desks[0].site.unit.Name, len(seen[0]),
			c.desks[1].site.unit.Name, len(seen[1]), seen[0], seen[1])
	}
	return nil
}

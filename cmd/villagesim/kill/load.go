package kill

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"huying/hub/view"
	"huying/internal/call"
)

// Figures of the load.
const (
	fingerTime = 45 * time.Millisecond // on a key, and off it: a release counts after 30 ms
	settleAge  = time.Second           // an operator looks at a call that long before it is closed
)

// Load lets every kiosk be pressed about every pace, and the operator answer
// and close calls, until Rest.
func (c *County) Load(pace time.Duration) {
	ctx, rest := context.WithCancel(context.Background())
	c.rest = rest
	for _, k := range c.kiosks {
		c.pressed.Go(func() { c.hammer(ctx, k, pace) })
	}
	c.pressed.Go(func() { c.operate(ctx) })
}

// Rest ends the pressing and the operator's work.
func (c *County) Rest() {
	if c.rest != nil {
		c.rest()
		c.pressed.Wait()
		c.rest = nil
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// hammer presses mostly green and sometimes red.
func (c *County) hammer(ctx context.Context, k *kiosk, pace time.Duration) {
	for ctx.Err() == nil {
		if c.hushed.Load() {
			pause(ctx, 10*time.Millisecond)
			continue
		}
		key := call.Enquiry
		if rand.IntN(4) == 0 {
			key = call.Urgent
		}
		c.book.finger(k.id)
		// A finger that began is not interrupted: who knows what became of it?
		_ = k.press(context.WithoutCancel(ctx), key) // a dead kiosk takes none
		pause(ctx, pace/2+rand.N(pace))
	}
}

// operate is the operator's hands: one call after the other is answered, or
// somebody was there, and it is closed.
func (c *County) operate(ctx context.Context) {
	first := map[string]time.Time{}
	for n := 0; ctx.Err() == nil; n++ {
		open := c.page.open()
		for id := range open {
			if first[id].IsZero() {
				first[id] = time.Now()
			}
		}
		for id, v := range open {
			if time.Since(first[id]) > settleAge && c.page.live() {
				c.attend(ctx, v, n%2 == 0)
				break
			}
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// attend does with a call whatever its phase allows. What fails because the
// hub has just died is done at another turn.
func (c *County) attend(ctx context.Context, v view.Call, answer bool) {
	path := "/api/calls/" + v.ID
	if answer && v.Phase == view.Ringing {
		if c.page.do(ctx, http.MethodPost, path+"/answer", nil, nil) == nil {
			_ = until(ctx, time.Second, "the kiosk grants", func() bool { return c.page.open()[v.ID].Phase == view.Talking })
		}
	}
	if c.page.open()[v.ID].Phase == view.Talking {
		_ = c.page.do(ctx, http.MethodPost, path+"/hang-up", nil, nil)
		_ = until(ctx, time.Second, "they hung up", func() bool { return c.page.open()[v.ID].Phase != view.Talking })
	}
	if c.page.do(ctx, http.MethodPost, path+"/attended", map[string]string{"who": "（虚构）周"}, nil) == nil {
		_ = c.page.do(ctx, http.MethodPost, path+"/close", map[string]string{"disposition": "solved"}, nil)
	}
	c.look(ctx, v.ID)
}

// look asks for a call that may have ended while the page was away.
func (c *County) look(ctx context.Context, id string) {
	var shown struct {
		Call view.Call `json:"call"`
	}
	if c.page.do(ctx, http.MethodGet, "/api/calls/"+id, nil, &shown) == nil && shown.Call.Phase != view.Ringing {
		c.book.saw(id, shown.Call.Presses, true, time.Now())
	}
}

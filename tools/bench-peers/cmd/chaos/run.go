package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"huying/tools/benchpeers/mqtt"
	"huying/tools/benchpeers/server"
)

// Figures, the same as in the other half of the bench.
const (
	between   = 1200 * time.Millisecond // load between two deaths
	awayFirst = 100 * time.Millisecond
	awayMore  = 500 * time.Millisecond
	patience  = 15 * time.Second // for what was pressed to reach the desk in the end
)

// desk subscribes, again on each connection, in a durable session.
func desk(port int, dir string, ring func(string)) (paho.Client, error) {
	subscribed := make(chan struct{}, 1)
	c, err := client(port, "desk", dir, func(c paho.Client) {
		t := c.Subscribe(topic, 1, func(_ paho.Client, m paho.Message) { ring(string(m.Payload())) })
		if t.WaitTimeout(5*time.Second) && t.Error() == nil {
			select {
			case subscribed <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return nil, err
	}
	select {
	case <-subscribed:
		return c, nil
	case <-time.After(10 * time.Second):
		return nil, fmt.Errorf("the desk could not subscribe")
	}
}

// underLoad kills broker and kiosks while all press.
func underLoad(ctx context.Context, o options, l *line) error {
	b, err := newBroker(o.dir)
	if err != nil {
		return err
	}
	if err := b.start(ctx); err != nil {
		return err
	}
	defer func() { b.proc.Stop() }()
	t := newTally()
	d, err := desk(b.port, o.dir, t.ring)
	if err != nil {
		return err
	}
	defer d.Disconnect(0)
	var kiosks []*kiosk
	defer func() {
		for _, k := range kiosks {
			k.kill()
		}
	}()
	for i := range o.kiosks {
		k := &kiosk{n: i}
		if err := k.start(o, b.port, t); err != nil {
			return err
		}
		kiosks = append(kiosks, k)
	}
	for _, victim := range draw(o) {
		if err := pause(ctx, between); err != nil {
			return err
		}
		died := time.Now()
		if victim == "kiosk" {
			k := kiosks[rand.IntN(len(kiosks))]
			k.kill()
			if err := pause(ctx, awayFirst+rand.N(awayMore)); err != nil {
				return err
			}
			if err := k.start(o, b.port, t); err != nil {
				return err
			}
			continue
		}
		b.proc.Kill()
		if err := pause(ctx, awayFirst+rand.N(awayMore)); err != nil {
			return err
		}
		if err := b.start(ctx); err != nil {
			return err
		}
		t.away(died, time.Now())
	}
	for _, k := range kiosks {
		k.rest()
	}
	for limit := time.Now().Add(patience); t.missing() > 0 && time.Now().Before(limit); {
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return t.into(l)
}

// draw gives the order of deaths.
func draw(o options) []string {
	var all []string
	for range o.kills {
		all = append(all, "broker")
	}
	for range o.kioskKills {
		all = append(all, "kiosk")
	}
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// whileAway publishes while the desk's durable session waits for it, kills the
// broker once, and lets the desk come back.
func whileAway(ctx context.Context, o options, l *line) error {
	o.dir = filepath.Join(o.dir, "away")
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	b, err := newBroker(o.dir)
	if err != nil {
		return err
	}
	if err := b.start(ctx); err != nil {
		return err
	}
	defer func() { b.proc.Stop() }()
	var rang atomic.Int64
	count := func(string) { rang.Add(1) }
	d, err := desk(b.port, o.dir, count)
	if err != nil {
		return err
	}
	d.Disconnect(250)
	c, err := mqtt.Dial(server.Addr(b.port), "kiosk", nil)
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range o.queued {
		if err := c.Publish(topic, fmt.Appendf(nil, "%d", i)); err != nil {
			return err
		}
	}
	l.Queued = o.queued
	b.proc.Kill()
	if err := b.start(ctx); err != nil {
		return err
	}
	d, err = desk(b.port, o.dir, count)
	if err != nil {
		return err
	}
	defer d.Disconnect(0)
	for before := int64(-1); before != rang.Load(); { // until nothing more comes
		before = rang.Load()
		if err := pause(ctx, 2*time.Second); err != nil {
			return err
		}
	}
	l.QueuedFound = int(rang.Load())
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

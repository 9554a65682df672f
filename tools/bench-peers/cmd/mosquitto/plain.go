package main

import (
	"fmt"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/mqtt"
)

// plain drives the broker with our own least client.
type plain struct {
	addr string
	desk *mqtt.Client
}

func (b *plain) Subscribe(ring func([]byte)) error {
	c, err := mqtt.Dial(b.addr, "desk", ring)
	if err != nil {
		return err
	}
	b.desk = c
	return c.Subscribe(topic)
}

func (b *plain) Publisher(i int) (load.Publisher, error) {
	c, err := mqtt.Dial(b.addr, fmt.Sprintf("kiosk-%d", i), nil)
	return plainKiosk{c}, err
}

func (b *plain) close() {
	if b.desk != nil {
		b.desk.Close()
	}
}

type plainKiosk struct{ c *mqtt.Client }

func (k plainKiosk) Publish(payload []byte) error { return k.c.Publish(topic, payload) }

func (k plainKiosk) Close() { k.c.Close() }

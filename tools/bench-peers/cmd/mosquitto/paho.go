package main

import (
	"fmt"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"huying/tools/benchpeers/load"
)

// paho drives the broker with the kept library. It shows what a program of
// ordinary make would see; its own cost is most of what it measures.
type paho struct {
	url  string
	desk mqtt.Client
}

func (b *paho) dial(id string) (mqtt.Client, error) {
	o := mqtt.NewClientOptions().AddBroker(b.url).SetClientID(id).
		SetProtocolVersion(4).SetCleanSession(true).SetKeepAlive(time.Minute).
		// A connection that breaks ends the run: a silent reconnect would
		// resend and hide it.
		SetAutoReconnect(false)
	c := mqtt.NewClient(o)
	return c, settled(c.Connect())
}

func (b *paho) Subscribe(ring func([]byte)) error {
	c, err := b.dial("desk")
	if err != nil {
		return err
	}
	b.desk = c
	return settled(c.Subscribe(topic, 1, func(_ mqtt.Client, m mqtt.Message) { ring(m.Payload()) }))
}

func (b *paho) Publisher(i int) (load.Publisher, error) {
	c, err := b.dial(fmt.Sprintf("kiosk-%d", i))
	return pahoKiosk{c}, err
}

func (b *paho) close() {
	if b.desk != nil {
		b.desk.Disconnect(0)
	}
}

type pahoKiosk struct{ c mqtt.Client }

func (k pahoKiosk) Publish(payload []byte) error {
	return settled(k.c.Publish(topic, 1, false, payload))
}

func (k pahoKiosk) Close() { k.c.Disconnect(0) }

func settled(t mqtt.Token) error {
	if !t.WaitTimeout(20 * time.Second) {
		return fmt.Errorf("mosquitto did not answer within 20 s")
	}
	return t.Error()
}

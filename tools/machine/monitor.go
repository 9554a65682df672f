package machine

import (
	"encoding/json"
	"fmt"
)

// object is a JSON object.
type object = map[string]any

// greet opens the conversation with QEMU's monitor, as its protocol wants.
func (m *Machine) greet() error {
	var hello json.RawMessage
	if err := m.said.Decode(&hello); err != nil {
		return fmt.Errorf("machine: its monitor: %w", err)
	}
	return m.tell("qmp_capabilities", nil)
}

// tell has QEMU do something to the machine's parts.
func (m *Machine) tell(what string, with object) error {
	order := object{"execute": what}
	if with != nil {
		order["arguments"] = with
	}
	if err := json.NewEncoder(m.monitor).Encode(order); err != nil {
		return fmt.Errorf("machine: its monitor: %w", err)
	}
	for {
		var answer struct {
			Return json.RawMessage `json:"return"`
			Error  *struct {
				Desc string `json:"desc"`
			} `json:"error"`
		}
		if err := m.said.Decode(&answer); err != nil {
			return fmt.Errorf("machine: its monitor: %w", err)
		}
		switch {
		case answer.Error != nil:
			return fmt.Errorf("machine: %s: %s", what, answer.Error.Desc)
		case answer.Return != nil:
			return nil
		} // else it is an event
	}
}

// Button puts a USB keyboard into the machine, Serial an adapter to a serial
// port behind which nobody speaks.
func (m *Machine) Button(id string) error {
	return m.tell("device_add", object{"driver": "usb-kbd", "id": id, "bus": "usb.0"})
}

// Serial is described at Button.
func (m *Machine) Serial(id string) error {
	return m.tell("device_add", object{"driver": "usb-serial", "id": id, "bus": "usb.0", "chardev": "nobody", "always-plugged": true})
}

// Unplug pulls it out.
func (m *Machine) Unplug(id string) error { return m.tell("device_del", object{"id": id}) }

// Tap is a finger on a key of the USB keyboard for so many milliseconds; name
// is QEMU's. It is given to QEMU as one order: a key held for longer than a
// quarter of a second repeats itself.
func (m *Machine) Tap(name string, ms int) error {
	return m.tell("send-key", object{"keys": []object{{"type": "qcode", "data": name}}, "hold-time": ms})
}

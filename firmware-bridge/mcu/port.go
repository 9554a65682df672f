package mcu

import (
	"fmt"
	"time"

	"go.bug.st/serial"
)

// port is an open serial line.
type port interface {
	// Read waits up to pollEvery for octets; 0 and no error are none.
	Read(p []byte) (int, error)
	Write(p []byte) (int, error)
	Close() error
}

// baud is what a 16 MHz AVR divides with an error of 0.2 %, the least among the
// usual rates; a frame takes 7 ms.
const baud = 38400

// pollEvery is how long a Read may wait, and so how late a command may be.
const pollEvery = 20 * time.Millisecond

// openSerial opens the line at a path, which may be a link of udev's: it is
// followed at each opening, so that a replugged board is found again.
func openSerial(path string) (port, error) {
	p, err := serial.Open(path, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, fmt.Errorf("mcu: open %s: %w", path, err)
	}
	if err := p.SetReadTimeout(pollEvery); err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("mcu: %s: %w", path, err)
	}
	return serialPort{p}, nil
}

// serialPort forgets what was not sent when it is closed: closing would wait
// 30 s for a device that takes nothing any more.
type serialPort struct{ serial.Port }

func (p serialPort) Close() error {
	_ = p.ResetOutputBuffer() // a line that is gone has no buffer
	return p.Port.Close()
}

package drive

import (
	"bufio"
	"bytes"
	"net"
	"testing"
)

// order sends one request and reads the answer's error.
func (c *client) order(t *testing.T, what, flags uint16, off uint64, length uint32, data []byte) uint32 {
	t.Helper()
	if err := c.send(uint32(request), flags, what, uint64(7), off, length, data); err != nil {
		t.Fatal(err)
	}
	if err := c.out.Flush(); err != nil {
		t.Fatal(err)
	}
	var magic, failed uint32
	var handle uint64
	if err := c.read(&magic, &failed, &handle); err != nil || magic != reply || handle != 7 {
		t.Fatalf("%x %d %v", magic, handle, err)
	}
	return failed
}

// QEMU is the real judge of the protocol; this is what it asks in short.
func TestAMachineUsesTheDrive(t *testing.T) {
	d := drive(t, 4)
	here, there := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- d.attend(there) }()
	c := &client{in: bufio.NewReader(here), out: bufio.NewWriter(here)}
	var hello, magic, ack uint64
	var can, kind, flags uint16
	var option, what, length uint32
	var size uint64
	if err := c.read(&hello, &magic, &can); err != nil || hello != greeting || magic != optionMagic {
		t.Fatal(err)
	}
	ask := func(option uint32) {
		t.Helper()
		if err := c.send(uint64(optionMagic), option, uint32(6), make([]byte, 6)); err != nil {
			t.Fatal(err)
		}
		if err := c.out.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.send(uint32(fixedNewstyle | noZeroes)); err != nil {
		t.Fatal(err)
	}
	ask(8) // structured replies, which it has not
	if err := c.read(&ack, &option, &what, &length); err != nil || what != repUnsup {
		t.Fatalf("%x %v", what, err)
	}
	ask(optGo)
	if err := c.read(&ack, &option, &what, &length, &kind, &size, &flags); err != nil || what != repInfo || size != 4*Sector ||
		flags != hasFlags|sendFlush|sendFUA {
		t.Fatalf("%d %d %d %v", what, size, flags, err)
	}
	if err := c.read(&ack, &option, &what, &length); err != nil || what != repAck {
		t.Fatalf("%d %v", what, err)
	}
	if f := c.order(t, cmdWrite, forcedFlag, Sector, Sector, fill('w')); f != 0 {
		t.Error(f)
	}
	if f := c.order(t, cmdWrite, 0, 4*Sector, Sector, fill('w')); f == 0 {
		t.Error("written behind the end")
	}
	got := make([]byte, Sector)
	if f := c.order(t, cmdRead, 0, Sector, Sector, nil); f != 0 {
		t.Error(f)
	}
	if err := c.read(got); err != nil || !bytes.Equal(got, fill('w')) {
		t.Errorf("%v %.8q", err, got)
	}
	if f := c.order(t, cmdFlush, 0, 0, 0, nil); f != 0 || d.Tally().Flushes != 1 {
		t.Error("not flushed", f)
	}
	if f := c.order(t, 99, 0, 0, 0, nil); f == 0 {
		t.Error("an unknown request was done")
	}
	if err := here.Close(); err != nil {
		t.Fatal(err)
	}
	if <-ended == nil {
		t.Error("it went on without a machine")
	}
}

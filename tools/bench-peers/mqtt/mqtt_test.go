package mqtt

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// The example lengths of MQTT 3.1.1, table 2.4.
func TestRemainingLength(t *testing.T) {
	for n, head := range map[int][]byte{
		0: {0}, 127: {0x7F}, 128: {0x80, 1}, 16383: {0xFF, 0x7F}, 16384: {0x80, 0x80, 1},
	} {
		p := packet(publish|qos1, make([]byte, n))
		if !bytes.Equal(p[1:1+len(head)], head) || len(p) != 1+len(head)+n {
			t.Errorf("%d: % x", n, p[1:1+len(head)])
		}
		kind, body, err := readPacket(bufio.NewReader(bytes.NewReader(p)), nil)
		if err != nil || kind != publish|qos1 || len(body) != n {
			t.Errorf("%d: read back %#x, %d bytes, %v", n, kind, len(body), err)
		}
	}
}

func TestOversizedPacketIsRefusedUnread(t *testing.T) {
	p := []byte{publish, 0xFF, 0xFF, 0xFF, 0x7F}
	if _, _, err := readPacket(bufio.NewReader(bytes.NewReader(p)), nil); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// A broker that says yes to CONNECT and then goes away must fail the waiting
// publish at once.
func TestPublishFailsWhenTheBrokerLeaves(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		in := bufio.NewReader(c)
		_, _, _ = readPacket(in, nil)
		_, _ = c.Write([]byte{connack, 2, 0, 0})
		_, _, _ = readPacket(in, nil) // the PUBLISH
		c.Close()
	}()
	c, err := Dial(l.Addr().String(), "kiosk", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	began := time.Now()
	if err := c.Publish("press", []byte("x")); !errors.Is(err, errClosed) {
		t.Errorf("got %v", err)
	}
	if time.Since(began) > timeout/2 {
		t.Error("it waited for the time-out")
	}
}

// Package mqtt is the least MQTT 3.1.1 client that can publish and subscribe
// with QoS 1: no reconnecting, no store, no keep-alive, one topic.
//
// It exists because the kept library (paho) spends more than twice the
// processor time of the broker that it drives: on two cores it measures itself.
// With this client the broker is the bottleneck, which is what an anchor is for.
package mqtt

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Packet types of MQTT 3.1.1, section 2.2.1, with the flags that QoS 1 needs.
const (
	connect   = 0x10
	connack   = 0x20
	publish   = 0x30
	qos1      = 0x02
	puback    = 0x40
	subscribe = 0x82
	suback    = 0x90
)

// timeout bounds every wait for the broker.
const timeout = 20 * time.Second

// maxPacket bounds a packet that is read; the bench sends at most 64 KiB.
const maxPacket = 1 << 20

var errClosed = errors.New("mqtt: the connection ended")

// Client is one connection. Publish may be called from several goroutines.
type Client struct {
	conn net.Conn
	in   *bufio.Reader

	mu    sync.Mutex // guards what follows and every write
	out   *bufio.Writer
	next  uint16
	waits map[uint16]chan error
	dead  error

	ring func([]byte)
}

// Dial connects with a clean session. ring, if not nil, is called from one
// goroutine for each message that arrives.
func Dial(addr, id string, ring func([]byte)) (*Client, error) {
	conn, err := net.DialTimeout("tcp", addr, timeout)
	if err != nil {
		return nil, err
	}
	c := &Client{
		conn: conn, in: bufio.NewReaderSize(conn, 4096), out: bufio.NewWriterSize(conn, 4096),
		waits: map[uint16]chan error{}, ring: ring,
	}
	if err := c.hello(id); err != nil {
		conn.Close()
		return nil, err
	}
	go c.read()
	return c, nil
}

func (c *Client) hello(id string) error {
	body := append(text(nil, "MQTT"), 4, 0x02, 0, 0) // level 4, clean session, no keep-alive
	if err := c.send(packet(connect, text(body, id))); err != nil {
		return err
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(timeout))
	kind, answer, err := readPacket(c.in, nil)
	if err != nil {
		return err
	}
	if kind != connack || len(answer) != 2 || answer[1] != 0 {
		return fmt.Errorf("mqtt: refused: packet %#x %v", kind, answer)
	}
	return c.conn.SetReadDeadline(time.Time{})
}

// Subscribe asks for one topic with QoS 1 and waits for the SUBACK.
func (c *Client) Subscribe(topic string) error {
	return c.exchange(func(id uint16) []byte {
		return packet(subscribe, append(text(binary.BigEndian.AppendUint16(nil, id), topic), 1))
	})
}

// Publish sends with QoS 1 and waits for the PUBACK.
func (c *Client) Publish(topic string, payload []byte) error {
	return c.exchange(func(id uint16) []byte {
		body := binary.BigEndian.AppendUint16(text(make([]byte, 0, len(topic)+len(payload)+4), topic), id)
		return packet(publish|qos1, append(body, payload...))
	})
}

// Close ends the connection without a farewell.
func (c *Client) Close() { c.conn.Close() }

// exchange sends a packet under a fresh id and waits for its acknowledgement.
func (c *Client) exchange(build func(id uint16) []byte) error {
	done := make(chan error, 1)
	id, err := c.begin(done)
	if err != nil {
		return err
	}
	if err := c.send(build(id)); err != nil {
		return err
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return fmt.Errorf("mqtt: no acknowledgement within %s", timeout)
	}
}

func (c *Client) begin(done chan error) (uint16, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead != nil {
		return 0, c.dead
	}
	if len(c.waits) >= 1<<15 {
		return 0, errors.New("mqtt: too many unacknowledged packets")
	}
	for {
		c.next++
		if _, busy := c.waits[c.next]; c.next != 0 && !busy {
			c.waits[c.next] = done
			return c.next, nil
		}
	}
}

func (c *Client) send(p []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.out.Write(p); err != nil {
		return err
	}
	return c.out.Flush()
}

// read serves the connection until it ends and then fails every wait.
func (c *Client) read() {
	var buf []byte
	var err error
	for err == nil {
		var kind byte
		kind, buf, err = readPacket(c.in, buf)
		if err == nil {
			err = c.take(kind, buf)
		}
	}
	c.conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = fmt.Errorf("%w: %w", errClosed, err)
	for id, done := range c.waits {
		done <- c.dead
		delete(c.waits, id)
	}
}

func (c *Client) take(kind byte, body []byte) error {
	switch kind & 0xF0 {
	case puback, suback & 0xF0:
		if len(body) < 2 || (kind == suback && body[len(body)-1] == 0x80) {
			return fmt.Errorf("mqtt: refused: packet %#x %v", kind, body)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		id := binary.BigEndian.Uint16(body)
		if done, ok := c.waits[id]; ok {
			done <- nil
			delete(c.waits, id)
		}
		return nil
	case publish:
		return c.message(kind, body)
	}
	return fmt.Errorf("mqtt: unexpected packet %#x", kind)
}

// message rings and acknowledges. Acknowledgements leave together once nothing
// more is waiting to be read.
func (c *Client) message(kind byte, body []byte) error {
	if len(body) < 2 || kind&0x06 != qos1 {
		return fmt.Errorf("mqtt: not a QoS 1 message: %#x", kind)
	}
	n := 2 + int(binary.BigEndian.Uint16(body))
	if len(body) < n+2 {
		return errors.New("mqtt: short message")
	}
	if c.ring != nil {
		c.ring(body[n+2:])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := c.out.Write([]byte{puback, 2, body[n], body[n+1]}); err != nil {
		return err
	}
	if c.in.Buffered() == 0 {
		return c.out.Flush()
	}
	return nil
}

// text appends a string with its two-byte length.
func text(to []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint16(to, uint16(len(s))), s...)
}

// packet puts the fixed header before a body: seven bits of length a byte, least
// first (section 2.2.3), which is the encoding of binary.AppendUvarint.
func packet(kind byte, body []byte) []byte {
	p := make([]byte, 1, len(body)+5)
	p[0] = kind
	return append(binary.AppendUvarint(p, uint64(len(body))), body...)
}

// readPacket reads one packet, into buf when it is large enough.
func readPacket(in *bufio.Reader, buf []byte) (kind byte, body []byte, err error) {
	if kind, err = in.ReadByte(); err != nil {
		return 0, buf, err
	}
	n, err := binary.ReadUvarint(in)
	if err != nil {
		return 0, buf, err
	}
	if n > maxPacket {
		return 0, buf, fmt.Errorf("mqtt: packet of %d bytes", n)
	}
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	body = buf[:n]
	_, err = io.ReadFull(in, body)
	return kind, body, err
}

package drive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
)

// Numbers of the protocol, from doc/proto.md of the NetworkBlockDevice project.
const (
	greeting    = 0x4e42444d41474943 // "NBDMAGIC"
	optionMagic = 0x49484156454f5054 // "IHAVEOPT"
	optionReply = 0x3e889045565a9
	request     = 0x25609513
	reply       = 0x67446698

	fixedNewstyle = 1 // handshake flags
	noZeroes      = 2

	hasFlags  = 1 // what the device can do
	sendFlush = 4
	sendFUA   = 8

	optAbort = 2
	optInfo  = 6
	optGo    = 7

	repAck   = 1
	repInfo  = 3
	repUnsup = 1<<31 + 1

	cmdRead  = 0
	cmdWrite = 1
	cmdDisc  = 2
	cmdFlush = 3

	forcedFlag = 1

	errIO    = 5
	errInval = 22

	maxOption  = 4096
	maxRequest = 64 << 20
)

// Serve lets machines use the drive, one after the other, until l is closed.
func (d *Drive) Serve(l net.Listener) error {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("drive: %w", err)
		}
		// A machine that dies leaves half a request: that is no error of ours.
		d.attached.Lock()
		_ = d.attend(conn)
		d.attached.Unlock()
		_ = conn.Close()
	}
}

// attend serves one machine until it goes.
func (d *Drive) attend(conn net.Conn) error {
	c := &client{in: bufio.NewReaderSize(conn, 1<<16), out: bufio.NewWriterSize(conn, 1<<16)}
	if err := c.greet(d.size); err != nil {
		return err
	}
	for {
		if err := c.serve(d); err != nil {
			return err
		}
	}
}

type client struct {
	in  *bufio.Reader
	out *bufio.Writer
}

func (c *client) send(fields ...any) error {
	for _, f := range fields {
		if err := binary.Write(c.out, binary.BigEndian, f); err != nil {
			return err
		}
	}
	return nil
}

func (c *client) read(fields ...any) error {
	for _, f := range fields {
		if err := binary.Read(c.in, binary.BigEndian, f); err != nil {
			return err
		}
	}
	return nil
}

// greet agrees on what is served: one nameless drive, and nothing optional.
func (c *client) greet(size int64) error {
	if err := errors.Join(c.send(uint64(greeting), uint64(optionMagic), uint16(fixedNewstyle|noZeroes)), c.out.Flush()); err != nil {
		return err
	}
	var flags uint32
	if err := c.read(&flags); err != nil {
		return err
	}
	for {
		var magic uint64
		var option, length uint32
		if err := c.read(&magic, &option, &length); err != nil {
			return err
		}
		if magic != optionMagic || length > maxOption {
			return errors.New("drive: this is no option")
		}
		if _, err := c.in.Discard(int(length)); err != nil {
			return err
		}
		err := c.answer(option, size)
		if err = errors.Join(err, c.out.Flush()); err != nil || option == optGo {
			return err
		}
		if option == optAbort {
			return io.EOF
		}
	}
}

func (c *client) answer(option uint32, size int64) error {
	say := func(what, length uint32) error { return c.send(uint64(optionReply), option, what, length) }
	switch option {
	case optGo, optInfo:
		const export = 0 // the kind of information
		return errors.Join(say(repInfo, 12), c.send(uint16(export), uint64(size), uint16(hasFlags|sendFlush|sendFUA)), say(repAck, 0))
	case optAbort:
		return say(repAck, 0)
	}
	return say(repUnsup, 0)
}

// serve answers one request. They are answered in their order, so a flush
// covers all that was written before it.
func (c *client) serve(d *Drive) error {
	var magic, length uint32
	var flags, what uint16
	var handle, offset uint64
	if err := c.read(&magic, &flags, &what, &handle, &offset, &length); err != nil {
		return err
	}
	if magic != request || length > maxRequest {
		return errors.New("drive: this is no request")
	}
	var data []byte
	failed := uint32(0)
	switch what {
	case cmdRead:
		data = make([]byte, length)
		if _, err := d.ReadAt(data, int64(offset)); err != nil {
			data, failed = nil, errIO
		}
	case cmdWrite:
		text := make([]byte, length)
		if _, err := io.ReadFull(c.in, text); err != nil {
			return err
		}
		if d.Write(text, int64(offset), flags&forcedFlag != 0) != nil {
			failed = errIO
		}
	case cmdFlush:
		d.Flush()
	case cmdDisc:
		return io.EOF
	default:
		failed = errInval
	}
	return errors.Join(c.send(uint32(reply), failed, handle, data), c.out.Flush())
}

package postgres

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// probe is one short-lived connection that asks one question, in PostgreSQL's frontend protocol 3.0 ("Message Flow"
// in its manual). It is written out here because the driver belongs to hub/store, and because psql would be one more
// package and 15-20 ms of every start.
type probe struct {
	conn net.Conn
}

// serverError is what the server answered instead of doing what it was asked.
type serverError struct {
	SQLState string
	Message  string
}

func (e *serverError) Error() string { return fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.SQLState) }

// SQLSTATEs of a connection that is refused (appendix A of the PostgreSQL manual).
const (
	noSuchDatabase = "3D000"
	notAuthorised  = "28000" // also: no such role
)

func sqlState(err error) string {
	var se *serverError
	if errors.As(err, &se) {
		return se.SQLState
	}
	return ""
}

// ask connects as the role, runs the statement and returns the first column of its last row, if any.
func ask(ctx context.Context, run, as, database, sql string) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socketPath(run))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	p := probe{conn}
	start := binary.BigEndian.AppendUint32(nil, 3<<16)
	for _, s := range []string{"user", as, "database", database, "application_name", "huying-supervisor", ""} {
		start = append(append(start, s...), 0)
	}
	if err = p.write(nil, start); err != nil {
		return "", err
	}
	if _, err = p.untilReady(); err != nil {
		return "", err
	}
	if err = p.write([]byte{'Q'}, append([]byte(sql), 0)); err != nil {
		return "", err
	}
	answer, err := p.untilReady()
	if err == nil {
		err = p.write([]byte{'X'}, nil)
	}
	return answer, err
}

func (p probe) write(kind, body []byte) error {
	msg := binary.BigEndian.AppendUint32(kind, uint32(len(body)+4))
	_, err := p.conn.Write(append(msg, body...))
	return err
}

// untilReady reads messages up to ReadyForQuery. A refused connection ends without one, with the reason before it.
func (p probe) untilReady() (answer string, failed error) {
	for {
		kind, body, err := p.read()
		if err != nil {
			return "", cmp.Or(failed, err) // A refused connection: why, not that it was closed.
		}
		switch kind {
		case 'R':
			if !bytes.Equal(body, []byte{0, 0, 0, 0}) {
				return "", errors.New("server asks for a password; peer authentication was expected")
			}
		case 'D':
			answer = firstColumn(body)
		case 'E':
			failed = parseError(body)
		case 'Z':
			return answer, failed
		}
	}
}

// maxMessage bounds what is read: nothing asked here is answered with more.
const maxMessage = 1 << 16

func (p probe) read() (kind byte, body []byte, err error) {
	var head [5]byte
	if _, err = io.ReadFull(p.conn, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n < 4 || n > maxMessage {
		return 0, nil, fmt.Errorf("message of %d bytes from the database", n)
	}
	body = make([]byte, n-4)
	_, err = io.ReadFull(p.conn, body)
	return head[0], body, err
}

// firstColumn reads a DataRow: the number of columns, then each with its length, -1 for NULL.
func firstColumn(body []byte) string {
	if len(body) < 6 {
		return ""
	}
	n := int32(binary.BigEndian.Uint32(body[2:]))
	if n < 0 || int(n) > len(body)-6 {
		return ""
	}
	return string(body[6 : 6+n])
}

// parseError reads an ErrorResponse: fields of one letter and a zero-terminated text.
func parseError(body []byte) error {
	e := &serverError{}
	for field := range bytes.SplitSeq(body, []byte{0}) {
		switch {
		case len(field) == 0:
		case field[0] == 'C':
			e.SQLState = string(field[1:])
		case field[0] == 'M':
			e.Message = string(field[1:])
		}
	}
	return e
}

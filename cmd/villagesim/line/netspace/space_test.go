package netspace_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"huying/cmd/villagesim/line/cable"
	"huying/cmd/villagesim/line/netspace"
)

// two makes two machines on one line.
func two(t *testing.T) (a, b *netspace.Space, n *cable.Net) {
	t.Helper()
	if err := netspace.Why(); err != nil {
		t.Skipf("SKIPPED, NO BAD LINE CAN BE MADE ON THIS MACHINE: %v", err)
	}
	ends := map[netip.Addr]io.ReadWriter{}
	var made []*netspace.Space
	for _, addr := range []string{"10.77.9.1", "10.77.9.2"} {
		s, err := netspace.New(netip.MustParseAddr(addr))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		made, ends[s.Addr] = append(made, s), s.Cable()
	}
	return made[0], made[1], cable.New(ends, 1)
}

// echo listens in a space and says everything back.
func echo(t *testing.T, s *netspace.Space) string {
	t.Helper()
	var l net.Listener
	err := s.Do(func() (err error) {
		l, err = net.Listen("tcp4", net.JoinHostPort(s.Addr.String(), "0"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

// round says something and waits for it to come back.
func round(c net.Conn, wait time.Duration) (time.Duration, error) {
	_ = c.SetDeadline(time.Now().Add(wait))
	begin := time.Now()
	if _, err := c.Write([]byte("call")); err != nil {
		return 0, err
	}
	_, err := io.ReadFull(c, make([]byte, 4))
	return time.Since(begin), err
}

func TestSpacesAreMachinesOnALine(t *testing.T) {
	a, b, lines := two(t)
	addr := echo(t, b)
	if c, err := net.DialTimeout("tcp4", addr, 100*time.Millisecond); err == nil {
		_ = c.Close()
		t.Fatal("the space can be reached from outside")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, err := a.Dial(ctx, "tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if took, err := round(c, 5*time.Second); err != nil || took > time.Second {
		t.Fatalf("a perfect line took %v, %v", took, err)
	}
	lines.Set(b.Addr, a.Addr, cable.Quality{Delay: 50 * time.Millisecond})
	if took, err := round(c, 5*time.Second); err != nil || took < 100*time.Millisecond {
		t.Errorf("with 50 ms each way the round took %v, %v", took, err)
	}
	lines.Set(a.Addr, b.Addr, cable.Quality{})
	if err := b.Cut(); err != nil {
		t.Fatal(err)
	}
	if took, err := round(c, 300*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a cut line answered in %v, %v", took, err)
	}
	if err := b.Mend(); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second)) // what was lost comes again
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Errorf("after it was mended: %v", err)
	}
}

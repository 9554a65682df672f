// Jetstream measures nats-server's JetStream with a file store that syncs after
// every message: durable before it is acknowledged, as a press must be. The
// subscriber is a consumer of the stream, so it rings what is stored.
//
// With -serve as the first argument the program is the server itself, so that
// broker and client are two processes as they are for every other peer.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/peer"
	"huying/tools/benchpeers/server"
)

const (
	stream  = "PRESS"
	subject = "press"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "-serve" {
		if err := beServer(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(peer.Main(jetstream()))
}

func jetstream() peer.Peer {
	return peer.Peer{Name: func() string { return "jetstream" }, Serve: serve, Open: open}
}

func serve(ctx context.Context, port int, dir string) (*server.Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return server.Start(ctx, port, self, "-serve", strconv.Itoa(port), dir)
}

// beServer runs nats-server until it is told to end.
func beServer(port, dir string) error {
	n, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	s, err := natsd.NewServer(&natsd.Options{
		ServerName: "bench", Host: "127.0.0.1", Port: n,
		JetStream: true, StoreDir: dir, SyncAlways: true,
		NoLog: true, NoSigs: true,
	})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return fmt.Errorf("nats-server did not come up on 127.0.0.1:%d", n)
	}
	<-ctx.Done()
	s.Shutdown()
	s.WaitForShutdown()
	return nil
}

func open(port int) (load.Broker, func(), error) {
	b := &broker{url: "nats://" + server.Addr(port)}
	c, js, err := b.dial()
	if err != nil {
		return nil, nil, err
	}
	_, err = js.AddStream(&nats.StreamConfig{Name: stream, Subjects: []string{subject}, Storage: nats.FileStorage})
	if err != nil {
		c.Close()
		return nil, nil, fmt.Errorf("make stream: %w", err)
	}
	b.sub, b.js = c, js
	return b, c.Close, nil
}

type broker struct {
	url string
	sub *nats.Conn
	js  nats.JetStreamContext
}

func (b *broker) dial() (*nats.Conn, nats.JetStreamContext, error) {
	// A connection that breaks ends the run instead of reconnecting unseen.
	c, err := nats.Connect(b.url, nats.NoReconnect())
	if err != nil {
		return nil, nil, err
	}
	js, err := c.JetStream(nats.MaxWait(20 * time.Second))
	return c, js, err
}

// Subscribe is a push consumer without acknowledgements and with its state in
// memory: the cheapest delivery that JetStream has.
func (b *broker) Subscribe(ring func([]byte)) error {
	s, err := b.js.Subscribe(subject, func(m *nats.Msg) { ring(m.Data) },
		nats.AckNone(), nats.DeliverNew(), nats.ConsumerMemoryStorage())
	if err != nil {
		return err
	}
	return s.SetPendingLimits(-1, -1)
}

func (b *broker) Publisher(int) (load.Publisher, error) {
	c, js, err := b.dial()
	return kiosk{c, js}, err
}

type kiosk struct {
	c  *nats.Conn
	js nats.JetStreamContext
}

// Publish waits for the stream's acknowledgement, which follows the sync.
func (k kiosk) Publish(payload []byte) error {
	_, err := k.js.Publish(subject, payload, nats.AckWait(20*time.Second))
	return err
}

func (k kiosk) Close() { k.c.Close() }

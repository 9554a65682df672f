// Mosquitto measures Debian's mosquitto with QoS 1 and persistence off: all in
// memory, never a sync. It is the fastest ring that an ordinary broker gives and
// promises nothing after a power cut.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/peer"
	"huying/tools/benchpeers/server"
)

const topic = "press"

func main() { os.Exit(peer.Main(mosquitto())) }

// mosquitto is the peer. With the kept library it calls itself mosquitto-paho,
// so that the two are never mistaken for each other in a table.
func mosquitto() peer.Peer {
	client := "plain"
	return peer.Peer{
		Name: func() string {
			if client == "plain" {
				return "mosquitto"
			}
			return "mosquitto-" + client
		},
		Flags: func(set *flag.FlagSet) {
			set.StringVar(&client, "client", client, "plain (our own least client) or paho (the kept library)")
		},
		Serve: serve,
		Open:  func(port int) (load.Broker, func(), error) { return open(client, port) },
	}
}

func open(client string, port int) (load.Broker, func(), error) {
	switch client {
	case "plain":
		b := &plain{addr: server.Addr(port)}
		return b, b.close, nil
	case "paho":
		b := &paho{url: "tcp://" + server.Addr(port)}
		return b, b.close, nil
	}
	return nil, nil, fmt.Errorf("-client is %q: use plain or paho", client)
}

// config keeps everything that would slow the broker or drop a message out of
// the way: without max_queued_messages 0 it silently drops what its subscriber
// has not yet taken, and without set_tcp_nodelay acknowledgements wait for
// Nagle's algorithm.
const config = `listener %d 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
set_tcp_nodelay true
log_dest stderr
log_type error
user root
`

func serve(ctx context.Context, port int, dir string) (*server.Process, error) {
	path, err := find()
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "mosquitto.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, config, port), 0o600); err != nil {
		return nil, err
	}
	return server.Start(ctx, port, path, "-c", file)
}

// find looks in the usual path and in /usr/sbin, where Debian puts it and where
// an ordinary user's path does not look.
func find() (string, error) {
	if path, err := exec.LookPath("mosquitto"); err == nil {
		return path, nil
	}
	const debian = "/usr/sbin/mosquitto"
	if _, err := os.Stat(debian); err != nil {
		return "", fmt.Errorf("mosquitto is missing: apt-get install mosquitto")
	}
	return debian, nil
}

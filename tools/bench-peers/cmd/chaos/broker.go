package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"huying/tools/benchpeers/server"
)

// config is Debian's own /etc/mosquitto/mosquitto.conf (persistence true, all
// else as built in: saved every 30 minutes) with what a private run needs.
const config = `listener %d 127.0.0.1
allow_anonymous true
persistence true
persistence_location %s/
log_dest none
user root
`

// broker is a mosquitto that is killed and comes back.
type broker struct {
	port int
	file string
	proc *server.Process
}

func newBroker(dir string) (*broker, error) {
	port, err := server.Port(0)
	if err != nil {
		return nil, err
	}
	b := &broker{port: port, file: filepath.Join(dir, "mosquitto.conf")}
	store := filepath.Join(dir, "store")
	if err := os.MkdirAll(store, 0o755); err != nil {
		return nil, err
	}
	return b, os.WriteFile(b.file, fmt.Appendf(nil, config, port, store), 0o600)
}

func (b *broker) start(ctx context.Context) (err error) {
	const debian = "/usr/sbin/mosquitto"
	if _, err := os.Stat(debian); err != nil {
		return fmt.Errorf("mosquitto is missing: apt-get install mosquitto")
	}
	b.proc, err = server.Start(ctx, b.port, debian, "-c", b.file)
	return err
}

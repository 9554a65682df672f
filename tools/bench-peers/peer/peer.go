// Package peer is the frame that every peer program shares: read the flags,
// start the broker on a private port with a private folder, run the workload,
// end the broker, print one line.
package peer

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/server"
)

// Peer is what one program brings.
type Peer struct {
	// Name goes into the line; it is asked for after the flags were read.
	Name func() string
	// Flags, if not nil, adds flags of the peer's own.
	Flags func(*flag.FlagSet)
	// Serve starts the broker on port with its files in dir.
	Serve func(ctx context.Context, port int, dir string) (*server.Process, error)
	// Open returns the client's side; it is closed by its own connections.
	Open func(port int) (load.Broker, func(), error)
}

// Main runs the peer with the process's own arguments and returns the exit
// status: 0 with one JSON line on stdout, 1 with a sentence on stderr.
func Main(p Peer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := Run(ctx, p, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(os.Args[0]), err)
		return 1
	}
	return 0
}

// Run measures once and writes one JSON line to out. When it returns, the
// broker has ended and its folder is gone.
func Run(ctx context.Context, p Peer, args []string, out io.Writer) error {
	set := flag.NewFlagSet("peer", flag.ContinueOnError)
	w := load.Flags(set)
	port := set.Int("port", 0, "port on 127.0.0.1; 0 takes a free one")
	parent := set.String("dir", "", "folder on a real disk for the broker's private data (default: the temporary folder)")
	if p.Flags != nil {
		p.Flags(set)
	}
	if err := set.Parse(args); err != nil {
		return err
	}
	if err := w.Validate(); err != nil {
		return err
	}
	if set.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", set.Arg(0))
	}
	// The broker needs one file for each connection and so do we.
	if err := server.RaiseFiles(uint64(w.Publishers) + 256); err != nil {
		return err
	}
	line, err := measure(ctx, p, *w, *port, *parent)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(line)
}

func measure(ctx context.Context, p Peer, w load.Workload, want int, parent string) (line load.Line, err error) {
	port, err := server.Port(want)
	if err != nil {
		return line, err
	}
	dir, err := server.Folder(parent)
	if err != nil {
		return line, err
	}
	defer os.RemoveAll(dir)
	proc, err := p.Serve(ctx, port, dir)
	if err != nil {
		return line, err
	}
	// Deferred calls run last to first: stop the broker before its folder goes.
	defer func() { line.ServerCPU = proc.Stop() }()
	broker, closeClient, err := p.Open(port)
	if err != nil {
		return line, err
	}
	defer closeClient()
	line, err = load.Run(ctx, p.Name(), w, broker)
	line.ClientCPU = server.CPU()
	return line, err
}

package anchor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Peer is one run of a program of tools/bench-peers. Its Result is press to
// ring; Ack is press to the broker's acknowledgement.
type Peer struct {
	Result
	Ack Result
	// Pacer is how late the open loop itself pressed (p99).
	Pacer time.Duration
	// ServerCPU and ClientCPU are processor time of broker and of its clients
	// over the whole run: they tell which side was the bottleneck.
	ServerCPU, ClientCPU time.Duration
}

// BuildPeers builds the programs of source (tools/bench-peers, a module of its
// own) into the folder into, as into/mosquitto and into/jetstream.
func BuildPeers(ctx context.Context, source, into string) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", into+"/", "./cmd/...")
	build.Dir = source
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", source, err, bytes.TrimSpace(out))
	}
	return nil
}

// RunPeer runs a built program with its flags, for example "-publishers", "450",
// "-closed", and reads its one line. The error carries what the program said.
func RunPeer(ctx context.Context, program string, args ...string) (Peer, error) {
	run := exec.CommandContext(ctx, program, args...)
	// A polite end first: the program must stop its broker.
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 15 * time.Second
	out, err := run.Output()
	if err != nil {
		var said *exec.ExitError
		if errors.As(err, &said) {
			return Peer{}, fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Stderr))
		}
		return Peer{}, err
	}
	return parsePeer(out)
}

func parsePeer(out []byte) (Peer, error) {
	var line struct {
		Name   string  `json:"name"`
		N      int     `json:"n"`
		Rate   float64 `json:"rate"`
		P50    float64 `json:"p50_us"`
		P99    float64 `json:"p99_us"`
		Max    float64 `json:"max_us"`
		AckP50 float64 `json:"ack_p50_us"`
		AckP99 float64 `json:"ack_p99_us"`
		AckMax float64 `json:"ack_max_us"`
		Pacer  float64 `json:"pacer_p99_us"`
		Server float64 `json:"server_cpu_s"`
		Client float64 `json:"client_cpu_s"`
	}
	if err := json.Unmarshal(out, &line); err != nil {
		return Peer{}, fmt.Errorf("a peer must print one line of JSON: %w: %q", err, out)
	}
	if line.Name == "" || line.N < 1 {
		return Peer{}, fmt.Errorf("a peer measured nothing: %q", out)
	}
	ring := Result{line.Name, line.N, line.Rate, micros(line.P50), micros(line.P99), micros(line.Max)}
	ack := Result{line.Name + " ack", line.N, line.Rate, micros(line.AckP50), micros(line.AckP99), micros(line.AckMax)}
	return Peer{
		Result: ring, Ack: ack, Pacer: micros(line.Pacer),
		ServerCPU: micros(line.Server * 1e6), ClientCPU: micros(line.Client * 1e6),
	}, nil
}

func micros(us float64) time.Duration { return time.Duration(us * float64(time.Microsecond)) }

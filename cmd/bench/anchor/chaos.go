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

// Chaos is what tools/bench-peers' program chaos tells of a broker that was
// killed under load, and once more while its desk was away.
type Chaos struct {
	Presses     int   `json:"presses"`
	Acked       int   `json:"acked"`
	Lost        int   `json:"lost"`
	Doubled     int   `json:"doubled"`
	Worst       int64 `json:"worst_ms"`
	Queued      int   `json:"queued"`
	QueuedFound int   `json:"queued_found"`
}

// RunChaos runs the built program with its flags and reads its one line.
func RunChaos(ctx context.Context, program string, args ...string) (Chaos, error) {
	run := exec.CommandContext(ctx, program, args...)
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 15 * time.Second
	out, err := run.Output()
	var c Chaos
	if err != nil {
		var said *exec.ExitError
		if errors.As(err, &said) {
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(said.Stderr))
		}
		return c, err
	}
	if err := json.Unmarshal(out, &c); err != nil {
		return c, fmt.Errorf("chaos must print one line of JSON: %w: %q", err, out)
	}
	return c, nil
}

package line

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Footprint is what an idle terminal takes of its machine.
type Footprint struct {
	Memory int64   // resident, octets
	CPU    float64 // share of one processor
}

// Idle lets the county be for a while and gives the footprint of the terminal
// that took most of each. Its lines are up and nobody presses or looks at its
// page but the one program that watches it.
func (c *County) Idle(ctx context.Context, length time.Duration) (most Footprint, err error) {
	before := make([]time.Duration, len(c.kiosks))
	for i, k := range c.kiosks {
		if before[i], err = processorTime(k.proc.cmd.Process.Pid); err != nil {
			return most, err
		}
	}
	if err := sleep(ctx, length); err != nil {
		return most, err
	}
	for i, k := range c.kiosks {
		pid := k.proc.cmd.Process.Pid
		used, err := processorTime(pid)
		if err != nil {
			return most, err
		}
		memory, err := resident(pid)
		if err != nil {
			return most, err
		}
		most.CPU = max(most.CPU, (used-before[i]).Seconds()/length.Seconds())
		most.Memory = max(most.Memory, memory)
	}
	return most, nil
}

// processorTime is what a process has used so far, of all its threads. The
// kernel has a clock for each process (clock_getcpuclockid), which is exact
// where /proc/PID/stat counts ticks of 10 ms.
func processorTime(pid int) (time.Duration, error) {
	const scheduled = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduled), &t); err != nil {
		return 0, fmt.Errorf("line: processor time of %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

func resident(pid int) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "kB")), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("line: process %d has no VmRSS", pid)
}

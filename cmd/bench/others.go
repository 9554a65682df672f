package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// others begins to watch how busy the machine is; the returned function says
// it. A machine that does other work at the same time gives other ratios.
func others() func() string {
	began, busy := time.Now(), processors()
	return func() string {
		return fmt.Sprintf("processors %.2f busy, load %s", (processors()-busy).Seconds()/time.Since(began).Seconds(), load())
	}
}

// processors is how long all processors together have not been idle.
func processors() time.Duration {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	head, _, _ := bytes.Cut(b, []byte("\n"))
	var ticks time.Duration
	for i, f := range bytes.Fields(head) {
		if n, err := strconv.ParseInt(string(f), 10, 64); err == nil && i != 4 && i != 5 && i < 9 { // not idle, iowait, guests
			ticks += time.Duration(n)
		}
	}
	return ticks * time.Second / 100
}

func load() string {
	var s unix.Sysinfo_t
	if unix.Sysinfo(&s) != nil {
		return "unknown"
	}
	return strconv.FormatFloat(float64(s.Loads[0])/(1<<16), 'f', 2, 64)
}

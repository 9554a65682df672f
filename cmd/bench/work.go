package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// work is the processor time of the three that share the machine in a
// measurement: it tells which of them is the bottleneck, whatever else the
// machine does.
type work struct{ hub, database, bench time.Duration }

// worked gives the time used so far by a hub, by what it started, and by this
// program.
func worked(hub int) work {
	var w work
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) == nil {
		w.bench = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	times, parents := processes()
	w.hub = times[hub]
	for pid, used := range times {
		for up := parents[pid]; up > 1; up = parents[up] {
			if up == hub {
				w.database += used
				break
			}
		}
	}
	return w
}

func (w work) since(before work) work {
	return work{w.hub - before.hub, w.database - before.database, w.bench - before.bench}
}

// each says how much one of n presses took.
func (w work) each(n int) string {
	per := func(d time.Duration) time.Duration { return (d / time.Duration(max(n, 1))).Round(time.Microsecond) }
	return fmt.Sprintf("processor time for each press: hub %s, its database %s, kiosks and page %s",
		per(w.hub), per(w.database), per(w.bench))
}

// processes reads the processor time and the parent of every process.
func processes() (times map[int]time.Duration, parents map[int]int) {
	times, parents = map[int]time.Duration{}, map[int]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		head, rest, ok := bytes.Cut(b, []byte(" ("))
		at := bytes.LastIndexByte(rest, ')') // a name may hold anything
		f := bytes.Fields(rest[at+1:])
		if !ok || at < 0 || len(f) < 13 {
			continue
		}
		number := func(b []byte) int { n, _ := strconv.Atoi(string(b)); return n }
		pid := number(head)
		parents[pid] = number(f[1])
		times[pid] = time.Duration(number(f[11])+number(f[12])) * time.Second / 100
	}
	return times, parents
}

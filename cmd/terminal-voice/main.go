// Command terminal-voice is the voice of a kiosk without a screen: the terminal
// starts it for a talk and tells it over standard input which room to join, see
// package order. It is of no use by itself.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"huying/terminal/voice/room"
)

// memoryLimit in octets makes the collector work harder before a small board
// has to swap; a talk needs about half of it.
const memoryLimit = 96 << 20

func main() {
	debug.SetMemoryLimit(memoryLimit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := room.Obey(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "terminal-voice:", err)
		os.Exit(1)
	}
}

// Command withpg runs a command, usually go test, with one throw-away PostgreSQL cluster for all test binaries:
//
//	go run ./hub/postgres/pgtest/withpg go test ./...
//
// A cluster named by HUYING_TEST_PG already is used as it is. The exit code is the command's.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"huying/hub/postgres/pgtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpg command [argument ...]")
		os.Exit(2)
	}
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	// Ctrl-C reaches the command as well; withpg waits for it to end and then stops the cluster.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if os.Getenv(pgtest.Env) == "" {
		url, stop, err := pgtest.Start()
		if err != nil {
			fmt.Fprintln(os.Stderr, "withpg:", err)
			return 1
		}
		defer stop()
		cmd.Env = append(os.Environ(), pgtest.Env+"="+url)
	}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "withpg:", err)
		return 1
	}
	go func() {
		for s := range interrupts {
			if s == syscall.SIGTERM { // Sent to us alone, unlike Ctrl-C.
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "withpg:", err)
	return 1
}

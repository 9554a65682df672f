package postgres

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
)

// TestChildOutlivesTheThreadThatAsked: the parent-death signal fires when the forking thread ends, so the fork must
// not happen on the caller's thread, which the runtime may retire at any time.
func TestChildOutlivesTheThreadThatAsked(t *testing.T) {
	tids, procs := make(chan int, 1), make(chan *process, 1)
	go elsewhere(func() {
		cmd := exec.Command("sleep", "600")
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		p, err := spawn(cmd)
		if err != nil {
			t.Error(err)
		}
		tids <- syscall.Gettid()
		procs <- p
	})
	task := fmt.Sprintf("/proc/self/task/%d", <-tids)
	p := <-procs
	for {
		if _, err := os.Stat(task); err != nil {
			break
		}
		runtime.Gosched()
	}
	p.signal(syscall.SIGTERM)
	<-p.done
	if got := p.cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != syscall.SIGTERM {
		t.Fatalf("the child was ended by %s, with the thread that asked for it", got)
	}
}

// elsewhere runs f on a thread that ends with f: any but the main thread, which it keeps busy meanwhile if need be.
func elsewhere(f func()) {
	runtime.LockOSThread() // Never unlocked: the thread ends with this goroutine.
	if syscall.Gettid() != os.Getpid() {
		f()
		return
	}
	done := make(chan struct{})
	go elsewhere(func() { defer close(done); f() })
	<-done
	runtime.UnlockOSThread()
}

package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"huying/tools/benchpeers/server"
)

const topic = "press"

// client is the kept library as its documentation advises where nothing may
// be lost: a durable session, messages kept in files, reconnecting for ever.
func client(port int, id, dir string, connected mqtt.OnConnectHandler) (mqtt.Client, error) {
	o := mqtt.NewClientOptions().AddBroker("tcp://" + server.Addr(port)).SetClientID(id).SetProtocolVersion(4).
		SetCleanSession(false).SetAutoReconnect(true).SetConnectRetry(true).SetConnectRetryInterval(200 * time.Millisecond).
		SetMaxReconnectInterval(time.Second).SetKeepAlive(5 * time.Second).SetOrderMatters(false).
		SetStore(mqtt.NewFileStore(filepath.Join(dir, id))).SetOnConnectHandler(connected)
	c := mqtt.NewClient(o)
	t := c.Connect()
	t.WaitTimeout(20 * time.Second)
	return c, t.Error()
}

// publish is a kiosk: it says each press before it publishes it, and each
// acknowledgement after.
func publish(ctx context.Context, o options) error {
	var out sync.Mutex
	say := func(what string, n int64) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(what, o.publish, n, time.Now().UnixNano())
	}
	c, err := client(o.port, fmt.Sprintf("kiosk-%d", o.publish), o.dir, nil)
	if err != nil {
		return err
	}
	for n := time.Now().UnixNano(); ctx.Err() == nil; n++ { // numbers of an earlier life are lower
		say("pressed", n)
		t := c.Publish(topic, 1, false, fmt.Sprintf("%d %d", o.publish, n))
		go func() {
			if t.Wait() && t.Error() == nil {
				say("acked", n)
			}
		}()
		select {
		case <-ctx.Done():
		case <-time.After(o.pace/2 + rand.N(o.pace)):
		}
	}
	// Whatever is still under way has until we are killed.
	time.Sleep(time.Minute)
	return nil
}

// kiosk is a publisher in a process of its own.
type kiosk struct {
	n     int
	cmd   *exec.Cmd
	ended chan struct{}
}

func (k *kiosk) start(o options, port int, t *tally) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	k.cmd = exec.Command(self, "-publish", strconv.Itoa(k.n), "-port", strconv.Itoa(port), "-dir", o.dir, "-pace", o.pace.String())
	k.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	said, err := k.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	started := make(chan error)
	ended := make(chan struct{})
	k.ended = ended
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := k.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		for lines := bufio.NewScanner(said); lines.Scan(); {
			t.hear(strings.Fields(lines.Text()))
		}
		_ = k.cmd.Wait()
	}()
	return <-started
}

// rest ends the pressing; what is under way goes on.
func (k *kiosk) rest() { _ = k.cmd.Process.Signal(syscall.SIGTERM) }

func (k *kiosk) kill() {
	_ = k.cmd.Process.Kill()
	<-k.ended
}

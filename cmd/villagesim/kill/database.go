package kill

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"huying/terminal/panel"
)

// Figures of the database's troubles.
const (
	hangs     = 10 * time.Second
	fullFor   = 4 * time.Second
	inFlight  = 300 * time.Millisecond // what was committed just before may still be told
	noticed   = 20 * time.Second       // until a full disk is noticed: a page may have room left
	recovered = 40 * time.Second       // until a database that could not start is tried again
)

// KillDatabase is kill -9 of the township's database under load. The hub goes
// on ringing, so nothing excuses a late ring.
func (c *County) KillDatabase(ctx context.Context) (Outcome, error) {
	began := time.Now()
	pid, err := c.home.postmaster()
	if err != nil {
		return Outcome{}, err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return Outcome{}, err
	}
	return c.databaseBack(ctx, began, pid)
}

// databaseBack waits for another postmaster than the one of before, if not 0,
// and for the page to say that things are stored.
func (c *County) databaseBack(ctx context.Context, began time.Time, before int) (Outcome, error) {
	err := until(ctx, recovered, "the database is back", func() bool {
		pid, err := c.home.postmaster()
		return err == nil && pid != before && c.page.stores()
	})
	if err != nil {
		return Outcome{}, err
	}
	back := time.Now()
	out, err := c.check(ctx, began, back)
	out.Away = back.Sub(began)
	return out, err
}

// HangDatabase stops every process of the township's database for 10 s. It must
// ring from memory, say so at page and kiosk, and acknowledge nothing.
func (c *County) HangDatabase(ctx context.Context) (Outcome, error) {
	// A kiosk says that its press is held if it is the first of its call.
	c.hushed.Store(true)
	err := until(ctx, noticed, "every call is closed", func() bool { return len(c.page.open()) == 0 })
	c.hushed.Store(false)
	if err != nil {
		return Outcome{}, err
	}
	began := time.Now()
	all, err := c.freeze()
	if err != nil {
		return Outcome{}, err
	}
	err = c.heldBack(ctx, began, hangs)
	for _, pid := range all {
		if woken := syscall.Kill(pid, syscall.SIGCONT); !errors.Is(woken, syscall.ESRCH) {
			err = errors.Join(err, woken)
		}
	}
	out, after := c.databaseBack(ctx, began, 0)
	return out, errors.Join(err, after)
}

// KillHubWhileItsDatabaseHangs kills the hub that holds presses in memory only;
// they must come back from the kiosks.
func (c *County) KillHubWhileItsDatabaseHangs(ctx context.Context) (Outcome, error) {
	began := time.Now()
	if _, err := c.freeze(); err != nil {
		return Outcome{}, err
	}
	pause(ctx, 1500*time.Millisecond)
	died := time.Now()
	c.home.kill()
	back, err := c.revive(ctx, c.home.program, nil, died, nil)
	if err != nil {
		return Outcome{}, err
	}
	out, err := c.check(ctx, began, back)
	out.Away = back.Sub(died)
	return out, err
}

// heldBack watches for a time that presses ring, that page and kiosk say that
// they are not stored, and that none is acknowledged.
func (c *County) heldBack(ctx context.Context, from time.Time, length time.Duration) error {
	c.book.mu.Lock()
	unsaved := c.book.unsaved
	c.book.mu.Unlock()
	held := false
	for time.Since(from) < length && ctx.Err() == nil {
		for _, k := range c.kiosks {
			v, err := k.view(ctx)
			held = held || err == nil && v.Held
		}
		pause(ctx, 200*time.Millisecond)
	}
	to := time.Now()
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	var found []error
	if c.book.unsaved == unsaved {
		found = append(found, errors.New("the page never said that a call is not stored yet"))
	}
	if !held {
		found = append(found, errors.New("no kiosk was told that its press is held"))
	}
	for id, p := range c.book.presses {
		if p.acked.After(from.Add(inFlight)) && p.acked.Before(to) && p.at.After(from) {
			found = append(found, fmt.Errorf("%s was acknowledged while nothing could be stored", id))
		}
	}
	return errors.Join(found...)
}

// freeze stops every process of the database; backends are in sessions of
// their own, so a signal to the group would not do.
func (c *County) freeze() ([]int, error) {
	root, err := c.home.postmaster()
	if err != nil {
		return nil, err
	}
	if err := syscall.Kill(root, syscall.SIGSTOP); err != nil { // makes no more children
		return nil, err
	}
	all := []int{root}
	for _, pid := range children(root) {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err == nil {
			all = append(all, pid)
		}
	}
	return all, nil
}

func children(parent int) (out []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		f := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
		if len(f) < 2 || string(f[1]) != strconv.Itoa(parent) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			out = append(out, pid)
		}
	}
	return out
}

// FillDisk leaves the township's database without a free octet for some
// seconds. Its folder must be a small file system of its own (see SmallDisk).
func (c *County) FillDisk(ctx context.Context) (Outcome, error) {
	began := time.Now()
	filler := filepath.Join(c.home.data, "filler")
	if err := fill(filler); err != nil {
		return Outcome{}, err
	}
	defer os.Remove(filler)
	err := until(ctx, noticed, "the page says that nothing is stored", func() bool { return !c.page.stores() })
	if err == nil {
		// A page of a table may have room for one press more, which then is
		// stored: that none is acknowledged is not to be expected here.
		err = c.ringsUnsaved(ctx, fullFor)
	}
	if err = errors.Join(err, os.Remove(filler)); err != nil {
		return Outcome{}, err
	}
	return c.databaseBack(ctx, began, 0)
}

// ringsUnsaved sees that the page goes on being told of calls that are not
// stored.
func (c *County) ringsUnsaved(ctx context.Context, length time.Duration) error {
	c.book.mu.Lock()
	unsaved := c.book.unsaved
	c.book.mu.Unlock()
	pause(ctx, length)
	c.book.mu.Lock()
	defer c.book.mu.Unlock()
	if c.book.unsaved == unsaved {
		return errors.New("the disk is full, and no call rang as not stored yet")
	}
	return nil
}

func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var size int64
	for step := int64(16 << 20); step >= 4096; {
		err := unix.Fallocate(int(f.Fd()), 0, size, step)
		switch {
		case errors.Is(err, unix.ENOSPC):
			step /= 2
		case err != nil:
			return err
		default:
			size += step
		}
	}
	return nil
}

// SmallDisk makes a file system of 192 MiB in memory at a folder; the returned
// function takes it away. It needs root.
func SmallDisk(folder string) (func(), error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size=192m,mode=755"); err != nil {
		return nil, fmt.Errorf("mount a small disk at %s: %w", folder, err)
	}
	return func() { _ = unix.Unmount(folder, unix.MNT_DETACH) }, nil
}

// view is what the kiosk's page is shown at the moment.
func (k *kiosk) view(ctx context.Context) (panel.View, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var v panel.View
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, k.page+"/api/panel", nil)
	if err != nil {
		return v, err
	}
	res, err := k.http.Do(req)
	if err != nil {
		return v, err
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data:"); ok {
			return v, json.Unmarshal([]byte(data), &v)
		}
	}
	return v, errors.Join(lines.Err(), errors.New("the panel said nothing"))
}

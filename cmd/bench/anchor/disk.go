package anchor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// walBlock is PostgreSQL's WAL block: the least that a commit writes.
	walBlock = 8 << 10
	// walSegment is the file that is written over and over, as a recycled WAL
	// segment is: its size never changes, so fdatasync writes data alone.
	walSegment = 16 << 20
)

// Fdatasync writes 8 KiB and calls fdatasync, one after the other, in a file of
// 16 MiB that was written before, for the given time. PerSecond is what the disk
// can promise at most to one writer; the latencies are one write with its sync.
// dir must be on a real disk: a tmpfs is refused, because there a sync is free.
func Fdatasync(ctx context.Context, dir string, length time.Duration) (Result, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return Result{}, fmt.Errorf("%s: %w", dir, err)
	}
	if int64(fs.Type) == unix.TMPFS_MAGIC {
		return Result{}, fmt.Errorf("%s is in memory (tmpfs): name a folder on a real disk", dir)
	}
	f, err := os.CreateTemp(dir, "fdatasync-")
	if err != nil {
		return Result{}, err
	}
	defer os.Remove(filepath.Clean(f.Name()))
	defer f.Close()
	if _, err := f.Write(make([]byte, walSegment)); err != nil {
		return Result{}, err
	}
	if err := f.Sync(); err != nil {
		return Result{}, err
	}
	return syncFor(ctx, f, length)
}

func syncFor(ctx context.Context, f *os.File, length time.Duration) (Result, error) {
	var samples []time.Duration
	block := make([]byte, walBlock)
	began := time.Now()
	for before := began; before.Sub(began) < length; {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		block[0]++ // a block that did not change might be left out by the disk
		at := int64(len(samples)) * walBlock % walSegment
		if _, err := f.WriteAt(block, at); err != nil {
			return Result{}, err
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			return Result{}, fmt.Errorf("fdatasync: %w", err)
		}
		after := time.Now()
		samples = append(samples, after.Sub(before))
		before = after
	}
	return Summarise("fdatasync", samples, time.Since(began)), nil
}

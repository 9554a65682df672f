package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"crypto/tls"

	"golang.org/x/sys/unix"

	"huying/internal/release"
)

// Figures of a fetch.
const (
	// DefaultRate, in octets a second, is half of a poor line (1 Mbit/s): a call
	// stops the fetch, but its first frame must not queue behind it.
	DefaultRate = 64 << 10
	// chunk is read at once; each chunk is paid for before the next.
	chunk = 16 << 10
	// ahead is how much may lie unwritten in the system: the journal's next record
	// waits for it on a file system that writes in order.
	ahead = 1 << 20
	// window bounds, in octets, what is on its way when a press stops the fetch.
	window = 64 << 10
	// quiet ends a fetch in which nothing comes.
	quiet = time.Minute
	// spare must be left on the disk beside twice the package, in octets: the
	// journal needs a thousandth of it.
	spare = 64 << 20
)

// noRoom is a disk that is too full.
type noRoom struct{ free, need int64 }

func (e *noRoom) Error() string {
	return fmt.Sprintf("磁盘空间不够：还有 %d MB，需要 %d MB", e.free>>20, (e.need+1<<20-1)>>20)
}

func asNoRoom(err error, as **noRoom) bool { return errors.As(err, as) }

// errSpoilt is a package that is not the one that was signed.
var errSpoilt = errors.New("update: not the package that was signed")

func isSpoilt(err error) bool { return errors.Is(err, errSpoilt) }

// source is where packages come from.
type source struct {
	base   string // the home hub's address: ws, wss, http or https
	client *http.Client
	rate   int                             // octets a second
	free   func(dir string) (int64, error) // octets on a disk
}

// newSource makes one; secure nil: no encryption.
func newSource(base string, secure *tls.Config, rate int) *source {
	dialer := &net.Dialer{Timeout: 15 * time.Second, Control: small}
	return &source{base: base, rate: rate, free: freeSpace, client: &http.Client{
		Transport:     &http.Transport{TLSClientConfig: secure, DialContext: dialer.DialContext, DisableKeepAlives: true, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// small bounds how much the kernel takes from a line before anybody reads it.
func small(_, _ string, c syscall.RawConn) error {
	var err error
	ctrl := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, window) })
	return errors.Join(ctrl, err)
}

func freeSpace(dir string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil //nolint:gosec // no disk is that large
}

// fetch brings a package into dir, from where an earlier fetch stopped, and
// checks it. progress is told how many octets are there.
func (s *source) fetch(ctx context.Context, m release.Manifest, dir string, progress func(int64)) error {
	whole, part := filepath.Join(dir, PackageFile), filepath.Join(dir, partFile)
	if check(m, whole) == nil {
		return nil
	}
	if err := remove(dir, PackageFile); err != nil {
		return err
	}
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if err := s.room(dir, m.Size, have); err != nil {
		return err
	}
	if have > m.Size {
		have = 0
	}
	if have < m.Size {
		if err := s.get(ctx, m, f, have, progress); err != nil {
			return err
		}
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := check(m, part); err != nil {
		return errors.Join(err, remove(dir, partFile))
	}
	return os.Rename(part, whole)
}

// room says whether twice the package and the spare fit beside what is there.
func (s *source) room(dir string, size, have int64) error {
	free, err := s.free(dir)
	if need := 2*size + spare; err == nil && free+have < need {
		return &noRoom{free: free, need: need}
	}
	return err
}

// check reads a package again: what is on the disk counts, not what came.
func check(m release.Manifest, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := m.Matches(f); err != nil {
		return fmt.Errorf("%w: %w", errSpoilt, err)
	}
	return nil
}

func (s *source) get(ctx context.Context, m release.Manifest, f *os.File, have int64, progress func(int64)) error {
	u, err := url.Parse(s.base)
	if err != nil {
		return err
	}
	u.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	u = u.JoinPath("api", "kiosk", "package")
	u.RawQuery = url.Values{"version": {m.Version}, "arch": {m.Arch}}.Encode()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := time.AfterFunc(quiet, cancel)
	defer watch.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	if have > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		req.Header.Set("If-Range", `"`+m.SHA256+`"`)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return errors.New("连不上中心")
	}
	defer res.Body.Close()
	if have, err = place(res, f, have); err != nil {
		return err
	}
	return s.copy(ctx, f, res.Body, have, m.Size, progress, func() { watch.Reset(quiet) })
}

// place puts the file to where the answer begins.
func place(res *http.Response, f *os.File, have int64) (int64, error) {
	switch {
	case res.StatusCode == http.StatusOK:
		have = 0
	case res.StatusCode == http.StatusPartialContent && have > 0 &&
		strings.HasPrefix(res.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have)):
	case res.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return 0, errors.Join(errors.New("中心的安装包和已下载的部分对不上"), f.Truncate(0))
	default:
		return 0, fmt.Errorf("中心说 %s", res.Status)
	}
	if err := f.Truncate(have); err != nil {
		return 0, err
	}
	_, err := f.Seek(have, io.SeekStart)
	return have, err
}

// copy takes what comes, no faster than the rate and no more than the size.
func (s *source) copy(ctx context.Context, f *os.File, from io.Reader, have, size int64, progress func(int64), alive func()) error {
	began, first, synced := time.Now(), have, have
	buf := make([]byte, chunk)
	for have < size {
		n, err := io.ReadFull(from, buf[:min(chunk, size-have)])
		if n > 0 {
			if _, err := f.Write(buf[:n]); err != nil {
				return err
			}
			have += int64(n)
			alive()
			progress(have)
		}
		if err != nil {
			return errors.New("线路中断了")
		}
		if have-synced >= ahead {
			synced = have
			if err := f.Sync(); err != nil {
				return err
			}
		}
		due := began.Add(time.Duration(float64(have-first) / float64(s.rate) * float64(time.Second)))
		if err := pause(ctx, time.Until(due)); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

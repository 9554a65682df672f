package sound

import (
	"context"
	"fmt"
	"io"
	"os"
)

// Pipes are two named pipes (mkfifo) in place of a sound card; whoever holds
// their other ends keeps the time.
type Pipes struct{ Mic, Speaker string }

// Capture opens the pipe that is read as microphone.
func (p Pipes) Capture(ctx context.Context) (io.ReadCloser, error) { return open(ctx, p.Mic) }

// Play opens the pipe that takes what is to be heard.
func (p Pipes) Play(ctx context.Context) (io.WriteCloser, error) { return open(ctx, p.Speaker) }

// open takes both ends, so that it need not wait for the other side and a
// close wakes who reads or writes.
func open(ctx context.Context, path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("sound: %w", err)
	}
	if info.Mode()&os.ModeNamedPipe == 0 {
		return nil, fmt.Errorf("sound: %s is no named pipe", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("sound: %w", err)
	}
	limit(f)
	context.AfterFunc(ctx, func() { _ = f.Close() })
	return f, nil
}

package postgres

import (
	"io"
	"os"
	"path/filepath"
)

// serverLogLimit bounds the log of the server: the file and one older copy of it, 8 MiB each.
const serverLogLimit = 8 << 20

func (h *home) serverLog() string { return filepath.Join(h.dir, "log") }

// openServerLog opens the log for the server to append to. A file, not a pipe: the server must be able to speak
// after the hub has died.
func (h *home) openServerLog() (*os.File, error) {
	if err := h.trimServerLog(); err != nil {
		return nil, err
	}
	return os.OpenFile(h.serverLog(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
}

// trimServerLog copies a log that grew too long to log.1 and empties it. Copied, not renamed: the running server
// keeps the file open.
func (h *home) trimServerLog() error {
	if h.serverLogSize() <= serverLogLimit {
		return nil
	}
	src, err := os.Open(h.serverLog())
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(h.serverLog()+".1", os.O_WRONLY|os.O_TRUNC|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, io.LimitReader(src, 2*serverLogLimit))
	if err2 := dst.Close(); err == nil {
		err = err2
	}
	if err != nil {
		return err
	}
	return os.Truncate(h.serverLog(), 0)
}

func (h *home) serverLogSize() int64 {
	info, err := os.Stat(h.serverLog())
	if err != nil {
		return 0
	}
	return info.Size()
}

// serverSaid returns the last lines that the server wrote behind the given offset.
func (h *home) serverSaid(from int64) string {
	f, err := os.Open(h.serverLog())
	if err != nil {
		return ""
	}
	defer f.Close()
	if _, err = f.Seek(from, io.SeekStart); err != nil {
		return ""
	}
	text, _ := io.ReadAll(io.LimitReader(f, 64<<10))
	return lastLines(string(text), 8)
}

package journal

import (
	"errors"
	"io"
)

// FS is what a journal needs of a folder. Dir is the real one.
type FS interface {
	// Open opens an existing file for reading and writing. It returns an error
	// that is fs.ErrNotExist if there is none, ErrLocked if another process
	// has the folder.
	Open(name string) (File, error)
	// Create makes an empty file in place of any that has the name. The old
	// file must not be written to: it may be what survives a power cut.
	Create(name string) (File, error)
	// Remove deletes a file.
	Remove(name string) error
	// SyncDir returns when all names are on the disk.
	SyncDir() error
	// Close gives the folder back. The FS is not used after it.
	Close() error
}

// File is an open file. After a failed Sync the journal only closes it.
type File interface {
	io.ReaderAt
	io.WriterAt
	// Size returns the length in octets.
	Size() (int64, error)
	// Reload makes later reads tell what the disk holds and not what memory
	// remembers: it stores what is waiting to be, and forgets the copy. Its
	// error is that of Sync; the copy is forgotten all the same.
	Reload() error
	// Grow reserves space up to size octets, which read as zeros until written.
	Grow(size int64) error
	// Sync returns when all octets and the length are on the disk.
	Sync() error
	Close() error
}

// Errors of a journal, always wrapped with what was being done. A full disk is
// syscall.ENOSPC.
var (
	ErrTooLong = errors.New("the record is too long")
	ErrFull    = errors.New("the journal has reached its limit and must be compacted")
	ErrClosed  = errors.New("the journal is closed")
	ErrLocked  = errors.New("another process has this journal open")
)

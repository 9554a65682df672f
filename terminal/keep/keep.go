// Package keep writes small files that are there whole or not at all, also
// after a power cut: what a kiosk is and what it was told must never be half
// of two things.
package keep

import (
	"errors"
	"os"
	"path/filepath"
)

// Disk is what Write does to a disk, one method for each step, so that a test
// can cut the power between any two.
type Disk interface {
	// Create makes a file beside path that only this program may read, filled
	// but not yet durable, and gives its name.
	Create(path string, data []byte) (tmp string, err error)
	Sync(name string) error // the content of a file is durable
	Rename(from, to string) error
	SyncDir(dir string) error // the names in a folder are durable
	Remove(name string) error
}

// Write replaces a file, mode 0600, at one moment. After a power cut the file
// is the old or the new one.
func Write(path string, data []byte) error { return WriteOn(OS{}, path, data) }

// WriteOn is Write on another disk.
func WriteOn(d Disk, path string, data []byte) error {
	tmp, err := d.Create(path, data)
	if err != nil {
		return err
	}
	if err := d.Sync(tmp); err != nil {
		return errors.Join(err, d.Remove(tmp))
	}
	if err := d.Rename(tmp, path); err != nil {
		return errors.Join(err, d.Remove(tmp))
	}
	return d.SyncDir(filepath.Dir(path))
}

// OS is this machine's disk.
type OS struct{}

// Create implements Disk.
func (OS) Create(path string, data []byte) (string, error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return "", err
	}
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Close()); err != nil {
		return "", errors.Join(err, os.Remove(tmp.Name()))
	}
	return tmp.Name(), nil
}

// Sync implements Disk.
func (OS) Sync(name string) error { return sync(name) }

// Rename implements Disk.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// SyncDir implements Disk.
func (OS) SyncDir(dir string) error { return sync(dir) }

// Remove implements Disk.
func (OS) Remove(name string) error { return os.Remove(name) }

func sync(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

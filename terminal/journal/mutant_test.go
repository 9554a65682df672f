package journal

import (
	"errors"
	"testing"
)

// TestMutantsAreCaught: a harness that has not caught a mistake proves
// nothing. Each of these is one that somebody would make.
func TestMutantsAreCaught(t *testing.T) {
	unpadded, noSum, keepTail := tiny(), tiny(), tiny()
	unpadded.align = 1
	noSum.sum = func([]byte) uint32 { return 0 }
	keepTail.keepTail = true
	mutants := map[string]struct {
		form layout
		wrap func(FS) FS
	}{
		"no fsync":                      {tiny(), with(mutantFS{noSync: true})},
		"no checksum":                   {noSum, plain},
		"records not padded":            {unpadded, plain},
		"append behind a damaged tail":  {keepTail, plain},
		"no fsync of the folder":        {tiny(), with(mutantFS{noSyncDir: true})},
		"header before the records":     {tiny(), with(mutantFS{headerEarly: true})},
		"failed fsync tried once more":  {tiny(), with(mutantFS{syncAgain: true})},
		"trust in the page cache":       {tiny(), with(mutantFS{noReload: true})},
		"file rewritten instead of new": {tiny(), with(mutantFS{inPlace: true})},
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			total := 0
			for seed := uint64(1); total < 20000; seed++ {
				n, err := life(seed, m.form, m.wrap)
				total += n
				if err != nil {
					if !errors.Is(err, errWrong) {
						t.Fatalf("caught for another reason: %v", err)
					}
					t.Logf("caught after %d power cuts: %v", total, err)
					return
				}
			}
			t.Errorf("not caught in %d power cuts", total)
		})
	}
}

// mutantFS makes one mistake between the journal and its disk.
type mutantFS struct {
	FS
	noSync, noSyncDir, headerEarly, syncAgain, inPlace, noReload bool
}

func with(m mutantFS) func(FS) FS {
	return func(f FS) FS {
		m.FS = f
		return m
	}
}

func (m mutantFS) Open(name string) (File, error) {
	f, err := m.FS.Open(name)
	return &mutantFile{File: f, m: m}, err
}

func (m mutantFS) Create(name string) (File, error) {
	if m.inPlace {
		if f, err := m.FS.Open(name); err == nil {
			return f, nil
		}
	}
	f, err := m.FS.Create(name)
	return &mutantFile{File: f, m: m, skip: m.headerEarly}, err
}

func (m mutantFS) SyncDir() error {
	if m.noSyncDir {
		return nil
	}
	return m.FS.SyncDir()
}

func (f *mutantFile) Reload() error {
	if f.m.noReload {
		return f.Sync()
	}
	return f.File.Reload()
}

type mutantFile struct {
	File
	m    mutantFS
	skip bool // the first Sync, which parts records from header
}

func (f *mutantFile) Sync() error {
	if f.m.noSync || f.skip {
		f.skip = false
		return nil
	}
	err := f.File.Sync()
	if err != nil && f.m.syncAgain {
		err = f.File.Sync()
	}
	return err
}

// TestAFailedFileIsWatched: the disk notices by itself, without any power cut,
// that a file is synced again whose sync has failed.
func TestAFailedFileIsWatched(t *testing.T) {
	for seed := uint64(1); seed < 100; seed++ {
		d := newSimDisk(seed)
		if _, _ = d.live(seed, tiny(), with(mutantFS{syncAgain: true})); d.misused != nil {
			t.Logf("seed %d: %v", seed, d.misused)
			return
		}
	}
	t.Error("nobody noticed")
}

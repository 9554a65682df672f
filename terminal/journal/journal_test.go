package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func mustOpen(t *testing.T, f FS) (*Journal, []Record) {
	t.Helper()
	j, recs, err := Open(f, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j, recs
}

func rec(text string) Record { return Record{Kind: 7, Data: []byte(text)} }

func texts(recs []Record) string {
	var all []string
	for _, r := range recs {
		all = append(all, string(r.Data))
	}
	return strings.Join(all, " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRealFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "journal")
	j, recs := mustOpen(t, Dir(path))
	if len(recs) != 0 {
		t.Errorf("a new journal holds %v", recs)
	}
	data := []byte("one")
	must(t, j.Append(Record{Kind: 1, Data: data}))
	copy(data, "???") // the caller may use its memory again
	must(t, j.Append(rec("two"), rec(""), rec(strings.Repeat("x", MaxData))))
	if _, _, err := Open(Dir(path), nil); !errors.Is(err, ErrLocked) {
		t.Errorf("opened twice: %v", err)
	}
	size := j.Size()
	must(t, j.Close())
	must(t, j.Close())
	if err := j.Append(rec("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("append after Close: %v", err)
	}

	j, recs = mustOpen(t, Dir(path))
	if len(recs) != 4 || texts(recs[:3]) != "one two " || len(recs[3].Data) != MaxData || recs[0].Kind != 1 {
		t.Fatalf("found %d records: %.60s", len(recs), texts(recs))
	}
	if j.Damage() != (Damage{}) || j.Size() != size {
		t.Errorf("damage %+v, %d octets, was %d", j.Damage(), j.Size(), size)
	}
	must(t, j.Compact(recs[1:2]))
	must(t, j.Append(rec("three")))
	if j.Size() != headerSize+2*sector {
		t.Errorf("compacted to %d octets", j.Size())
	}
	must(t, j.Close())
	if _, recs = mustOpen(t, Dir(path)); texts(recs) != "two three" {
		t.Errorf("found %q", texts(recs))
	}
}

func TestFolderThatCannotBeUsed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(path, nil, 0o600))
	if _, _, err := Open(Dir(path), nil); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestBounds(t *testing.T) {
	d := newSimDisk(1)
	form := tiny()
	form.limit = headerSize + 4*sector
	j, _, err := open(d, nil, form)
	must(t, err)
	if err := j.Append(rec("a"), rec(strings.Repeat("x", MaxData+1))); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
	must(t, j.Append())
	must(t, j.Append(rec("a"), rec("b"), rec("c"), rec("d")))
	if err := j.Append(rec("e")); !errors.Is(err, ErrFull) {
		t.Errorf("full: %v", err)
	}
	must(t, j.Compact([]Record{rec("d")}))
	must(t, j.Append(rec("e")))
	d.powerCut()
	if _, recs, err := open(d, nil, form); err != nil || texts(recs) != "d e" {
		t.Errorf("found %q: %v", texts(recs), err)
	}
}

// TestFullDisk: a clear error, nothing lost, and all is well when there is
// space again; also for a journal that begins on a full disk.
func TestFullDisk(t *testing.T) {
	d := newSimDisk(1)
	j, _, err := open(d, nil, tiny())
	must(t, err)
	must(t, j.Append(rec("a")))
	d.room = 0
	stored := "a"
	for i := 0; ; i++ { // what was reserved still serves
		r := rec(fmt.Sprint(i))
		if err = j.Append(r); err != nil {
			break
		}
		stored += " " + string(r.Data)
	}
	if !errors.Is(err, syscall.ENOSPC) || stored == "a" {
		t.Errorf("%q stored, then %v", stored, err)
	}
	if err := j.Compact(nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("compact: %v", err)
	}
	d.powerCut()
	j, recs, err := open(d, nil, tiny())
	if err != nil || texts(recs) != stored {
		t.Fatalf("found %q, want %q: %v", texts(recs), stored, err)
	}
	if err := j.Append(rec("b")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("append: %v", err)
	}
	d.room = 1000
	must(t, j.Append(rec("c")))
	d.powerCut()
	if _, recs, _ := open(d, nil, tiny()); texts(recs) != stored+" c" {
		t.Errorf("found %q, want %q", texts(recs), stored+" c")
	}

	empty := newSimDisk(2)
	empty.room = 0
	j, _, err = open(empty, nil, tiny())
	must(t, err)
	if err := j.Append(rec("a")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("append: %v", err)
	}
	empty.room = 1000
	must(t, j.Append(rec("b")))
}

// TestLastSectorsServe: a disk with little room takes what fits, and not only
// what leaves a reserve.
func TestLastSectorsServe(t *testing.T) {
	d := newSimDisk(1)
	d.room = headerSize/sector + 3
	j, _, err := open(d, nil, tiny())
	must(t, err)
	for _, s := range []string{"a", "b", "c"} {
		must(t, j.Append(rec(s)))
	}
	if err := j.Append(rec("d")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a fourth record in three sectors: %v", err)
	}
	d.powerCut()
	if _, recs, _ := open(d, nil, tiny()); texts(recs) != "a b c" {
		t.Errorf("found %q", texts(recs))
	}
}

// TestBadSector: one acknowledged record is unreadable; those behind it are
// not, and it is told.
func TestBadSector(t *testing.T) {
	d := newSimDisk(1)
	j, _, err := open(d, nil, tiny())
	must(t, err)
	for _, s := range []string{"a", "b", "c", "d"} {
		must(t, j.Append(rec(s)))
	}
	b := d.names[name(j.slot)].platter
	clear(b[headerSize+sector : headerSize+2*sector]) // b
	clear(b[:sector])                                 // and one copy of the header
	d.powerCut()
	j, recs, err := open(d, nil, tiny())
	if err != nil || texts(recs) != "a c d" || j.Damage().Lost != 1 {
		t.Errorf("found %q, damage %+v: %v", texts(recs), j.Damage(), err)
	}
	must(t, j.Append(rec("e")))
	d.powerCut()
	if j, recs, _ := open(d, nil, tiny()); texts(recs) != "a c d e" || j.Damage() != (Damage{}) {
		t.Errorf("found %q, damage %+v", texts(recs), j.Damage())
	}
}

func FuzzReplay(f *testing.F) {
	good := make([]byte, headerSize)
	good = normal.encode(good, place{gen: 1, seq: 1}, rec("a"))
	good = normal.encode(good, place{gen: 1, seq: 2, stored: 1}, rec(strings.Repeat("b", 700)))
	f.Add(good)
	f.Add(good[:len(good)-100])
	f.Add(bytes.Repeat([]byte{0xff}, 9000))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := normal.replay(b, 1)
		if got.end < headerSize || got.damage.Torn < 0 {
			t.Fatalf("%+v", got)
		}
		for _, r := range got.recs {
			if len(r.Data) > MaxData {
				t.Fatalf("%d octets", len(r.Data))
			}
		}
	})
}

// BenchmarkAppend reports the median of an append beside that of a bare
// fdatasync of one overwritten sector, turn and turn about on the same disk.
func BenchmarkAppend(b *testing.B) {
	dir := b.TempDir()
	j, _, err := Open(Dir(filepath.Join(dir, "journal")), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	raw, err := os.Create(filepath.Join(dir, "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	if err := unix.Fallocate(int(raw.Fd()), 0, 0, 16<<20); err != nil {
		b.Skip(err)
	}
	sectorFull := bytes.Repeat([]byte{1}, sector)
	press := Record{Kind: 1, Data: bytes.Repeat([]byte{2}, 300)}
	var ours, bare []time.Duration
	for i := range b.N {
		start := time.Now()
		err := j.Append(press)
		ours = append(ours, time.Since(start))
		if errors.Is(err, ErrFull) {
			err = j.Compact(nil)
		}
		if err != nil {
			b.Fatal(err)
		}
		start = time.Now()
		_, err = raw.WriteAt(sectorFull, int64(i)*sector%(16<<20))
		if err := errors.Join(err, unix.Fdatasync(int(raw.Fd()))); err != nil {
			b.Fatal(err)
		}
		bare = append(bare, time.Since(start))
	}
	slices.Sort(ours)
	slices.Sort(bare)
	b.ReportMetric(float64(ours[b.N/2])/1e3, "append-p50-µs")
	b.ReportMetric(float64(bare[b.N/2])/1e3, "fdatasync-p50-µs")
}

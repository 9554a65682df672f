package drive

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

func drive(t *testing.T, sectors int) *Drive {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	if err := os.WriteFile(path, bytes.Repeat([]byte{'i'}, sectors*Sector), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func fill(c byte) []byte { return bytes.Repeat([]byte{c}, Sector) }

func (d *Drive) is(t *testing.T, n int64) byte {
	t.Helper()
	var s sector
	if _, err := d.ReadAt(s[:], n*Sector); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s[:], fill(s[0])) {
		t.Fatalf("sector %d is torn", n)
	}
	return s[0]
}

func (d *Drive) put(t *testing.T, n int64, c byte, forced bool) {
	t.Helper()
	if err := d.Write(fill(c), n*Sector, forced); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsFlushedSurvivesAndTheRestMayNot(t *testing.T) {
	seen := map[byte]int{}
	for seed := range uint64(200) {
		d := drive(t, 8)
		d.put(t, 0, 'a', false)
		d.put(t, 1, 'f', true)
		d.Flush()
		d.put(t, 2, 'b', false)
		d.put(t, 2, 'c', false)
		if d.is(t, 2) != 'c' {
			t.Fatal("a disk reads what was written last")
		}
		d.put(t, 3, 'x', false)
		d.put(t, 3, 'y', true) // past the cache: the older one must not come back
		d.Cut(rand.New(rand.NewPCG(seed, 1)))
		if d.is(t, 0) != 'a' || d.is(t, 1) != 'f' || d.is(t, 3) != 'y' || d.is(t, 4) != 'i' {
			t.Fatalf("seed %d: %c %c %c %c", seed, d.is(t, 0), d.is(t, 1), d.is(t, 3), d.is(t, 4))
		}
		seen[d.is(t, 2)]++
		d.Flush()
		d.Cut(rand.New(rand.NewPCG(seed, 2)))
	}
	for _, c := range []byte("ibc") {
		if seen[c] < 30 {
			t.Errorf("what was not flushed is %c only %d times of 200", c, seen[c])
		}
	}
}

func TestOutsideIsAnError(t *testing.T) {
	d := drive(t, 2)
	for _, off := range []int64{-Sector, 1, 2 * Sector} {
		if _, err := d.ReadAt(make([]byte, Sector), off); err == nil {
			t.Errorf("read at %d", off)
		}
		if d.Write(fill('w'), off, false) == nil {
			t.Errorf("written at %d", off)
		}
	}
}

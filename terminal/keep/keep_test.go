package keep_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"huying/terminal/keep"
)

var errCut = errors.New("the power is cut")

// cutDisk loses power after so many steps. What was not synced is then gone:
// content is torn, and of a rename either name may be found.
type cutDisk struct {
	left   int
	files  map[string]string
	synced map[string]bool
	before map[string]string // names as a power cut may find them, before SyncDir
}

func (d *cutDisk) step() error {
	if d.left--; d.left < 0 {
		return errCut
	}
	return nil
}

func (d *cutDisk) Create(path string, data []byte) (string, error) {
	if err := d.step(); err != nil {
		return "", err
	}
	d.files[path+".tmp"], d.synced[path+".tmp"] = string(data), false
	return path + ".tmp", nil
}

func (d *cutDisk) Sync(name string) error {
	if err := d.step(); err != nil {
		return err
	}
	d.synced[name] = true
	return nil
}

func (d *cutDisk) Rename(from, to string) error {
	if err := d.step(); err != nil {
		return err
	}
	d.before = map[string]string{to: d.files[to]}
	d.files[to], d.synced[to] = d.files[from], d.synced[from]
	delete(d.files, from)
	return nil
}

func (d *cutDisk) SyncDir(string) error {
	if err := d.step(); err != nil {
		return err
	}
	d.before = nil
	return nil
}

func (d *cutDisk) Remove(name string) error {
	if err := d.step(); err != nil {
		return err
	}
	delete(d.files, name)
	return nil
}

// found is what may be read after the cut.
func (d *cutDisk) found(path string) []string {
	now := d.files[path]
	if !d.synced[path] {
		now = "torn"
	}
	if old, ok := d.before[path]; ok {
		return []string{old, now}
	}
	return []string{now}
}

func TestAPowerCutLeavesTheOldOrTheNewFile(t *testing.T) {
	for steps := range 5 {
		d := &cutDisk{left: steps, files: map[string]string{"/d/f": "old"}, synced: map[string]bool{"/d/f": true}}
		err := keep.WriteOn(d, "/d/f", []byte("new"))
		if done := steps == 4; (err == nil) != done {
			t.Fatalf("cut after %d steps: %v", steps, err)
		}
		for _, f := range d.found("/d/f") {
			if f != "old" && f != "new" || err == nil && f != "new" {
				t.Errorf("cut after %d steps: %q is found", steps, f)
			}
		}
	}
}

func TestAFileIsReplacedAndPrivate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for _, text := range []string{"old, and longer", "new"} {
		if err := keep.Write(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		info, _ := os.Stat(path)
		if err != nil || string(got) != text || info.Mode().Perm() != 0o600 {
			t.Fatalf("%q (%v), mode %v", got, err, info.Mode())
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
	if err := keep.Write(filepath.Join(dir, "none", "f"), nil); err == nil {
		t.Error("a folder that is not there took a file")
	}
}

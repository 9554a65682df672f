package browser

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// room is what a disk must have left for Chromium to start and keep its
// databases, in octets: a fresh profile takes about 15 MB in its first minute
// (du of one, Chromium 156), and Chromium's own caches are bounded by
// arguments.
const room = 48 << 20

// profile is the folder of one browser; all that it writes is in there. It
// keeps what the page keeps: how loud, and whom to telephone.
type profile struct{ dir string }

func (p profile) data() string { return filepath.Join(p.dir, "profile") }
func (p profile) temp() string { return filepath.Join(p.dir, "tmp") }

// place gives the first folder on which a browser can live, or the last if
// there is none: on a full or read-only disk the page still has to come.
func place(folders []string) profile {
	for i, dir := range folders {
		p := profile{dir}
		if p.usable() || i == len(folders)-1 {
			return p
		}
		p.shrink()
		if p.usable() {
			return p
		}
	}
	return profile{}
}

// usable reports whether the folder can be written and has room.
func (p profile) usable() bool {
	if os.MkdirAll(p.dir, 0o700) != nil {
		return false
	}
	var fs syscall.Statfs_t
	if syscall.Statfs(p.dir, &fs) != nil || int64(fs.Bavail)*fs.Bsize < room || fs.Files > 0 && fs.Ffree == 0 {
		return false
	}
	f, err := os.CreateTemp(p.dir, "room-")
	if err != nil {
		return false
	}
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}

// shrink gives back what a browser can do without.
func (p profile) shrink() {
	for _, cache := range []string{"Default/Cache", "Default/Code Cache", "Default/GPUCache", "GrShaderCache", "ShaderCache",
		"GPUPersistentCache", "Crash Reports", "BrowserMetrics"} {
		_ = os.RemoveAll(filepath.Join(p.data(), cache))
	}
	_ = os.RemoveAll(p.temp())
}

// tidy makes a profile fit for a start, however the last browser ended:
// without locks of a browser that is gone (one with another host name would
// only get a dialog), without traces of a crash (Chromium would offer to
// restore pages), without settings that cannot be read (another dialog).
func (p profile) tidy() error {
	_ = os.RemoveAll(p.temp())
	for _, lock := range []string{"SingletonLock", "SingletonCookie", "SingletonSocket"} {
		_ = os.Remove(filepath.Join(p.data(), lock))
	}
	settings := filepath.Join(p.data(), "Default", "Preferences")
	kept, err := readObject(settings)
	if err == nil && kept != nil {
		err = endedWell(settings, kept)
	}
	_, state := readObject(filepath.Join(p.data(), "Local State"))
	if err != nil || state != nil {
		p.discard()
	}
	return errors.Join(os.MkdirAll(p.data(), 0o700), os.MkdirAll(p.temp(), 0o700))
}

// discard throws the profile away.
func (p profile) discard() { _ = os.RemoveAll(p.data()) }

// readObject reads a file of settings; none is no error.
func readObject(path string) (map[string]any, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out map[string]any
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err == nil && out == nil {
		err = errors.New("no object")
	}
	return out, err
}

// endedWell writes into the settings that the last browser ended as it should.
func endedWell(path string, settings map[string]any) error {
	section, ok := settings["profile"].(map[string]any)
	if !ok || section["exit_type"] == "Normal" {
		return nil
	}
	section["exit_type"], section["exited_cleanly"] = "Normal", true
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

package install

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"huying/internal/release"
	"huying/terminal/keep"
	"huying/terminal/update"
)

// maxFile bounds what is read of a small file, in octets.
const maxFile = 64 << 10

func (in *installer) path(name string) string { return filepath.Join(in.Own, name) }

// open opens a file in the kiosk's folder, which is not root's: nothing in it
// may lead elsewhere, and nothing but a file is read.
func (in *installer) open(name string) (*os.File, error) {
	root, err := os.OpenRoot(in.Kiosk)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	// Without O_NONBLOCK a pipe would hold root up for ever.
	f, err := root.OpenFile(filepath.Join(update.Folder, name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%s is not a file", name), err, f.Close())
	}
	return f, nil
}

func (in *installer) read(name string, v any) error {
	f, err := in.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// request reads what is asked for and takes the asking away, so that it is not
// begun twice.
func (in *installer) request() (r update.Request, err error) {
	err = in.read(update.RequestFile, &r)
	if errors.Is(err, fs.ErrNotExist) {
		return r, fs.ErrNotExist
	}
	root, rootErr := os.OpenRoot(in.Kiosk)
	if rootErr != nil {
		return r, rootErr
	}
	defer root.Close()
	if e := root.RemoveAll(filepath.Join(update.Folder, update.RequestFile)); e != nil {
		return r, fmt.Errorf("the request stays: %w", e)
	}
	if err != nil {
		err = fmt.Errorf("the request cannot be read: %w", err)
	}
	return r, err
}

// facts are what the new program says of itself; none: nothing yet.
func (in *installer) facts() (f update.Facts) {
	if err := in.read(update.FactsFile, &f); err != nil {
		return update.Facts{}
	}
	return f
}

// trusted reads the release key, from a file that is root's alone to write.
func trusted(path string) (ed25519.PublicKey, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refuse("这台终端没有发布公钥（%s）", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return nil, refuse("发布公钥 %s 应属于 root，别人不能写：chown root %s; chmod 644 %s", path, path, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	key, err := release.ParsePublic(text)
	if err != nil {
		return nil, refuse("发布公钥 %s 不是 Ed25519 公钥（PEM）", path)
	}
	return key, nil
}

// copyPackage copies first and checks the copy: what the kiosk's program does
// to its own file afterwards changes nothing.
func (in *installer) copyPackage(m release.Manifest, to string) error {
	from, err := in.open(update.PackageFile)
	if err != nil {
		return refuse("没有安装包：%v", err)
	}
	defer from.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, io.LimitReader(from, m.Size+1)); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := m.Matches(out); err != nil {
		return refuse("安装包和签发的不一致")
	}
	return nil
}

// keepSelf keeps the program that runs now: after a power cut the old program
// goes on, not the one that is to be judged. Where the file system allows it
// costs nothing.
func (in *installer) keepSelf() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := in.clean(helperFile); err != nil {
		return err
	}
	if os.Link(self, in.path(helperFile)) == nil {
		return nil
	}
	from, err := os.Open(self)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(in.path(helperFile), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Sync(), to.Close())
}

// plan reads what was begun; nil: nothing. One that cannot be read is none: it
// was written whole, so the disk is broken.
func (in *installer) plan() (*Plan, error) {
	data, err := os.ReadFile(in.path(planFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil {
		in.Log.Error("the plan cannot be read and is dropped", "error", err.Error())
		return nil, in.clean(planFile)
	}
	return &p, nil
}

func (in *installer) save(p *Plan) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return keep.Write(in.path(planFile), append(data, '\n'))
}

// clean removes files of root's folder that need not be there.
func (in *installer) clean(names ...string) error {
	var failed error
	for _, n := range names {
		if err := os.Remove(in.path(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// open is a disk whose files everybody may read.
type open struct{ keep.OS }

func (o open) Create(path string, data []byte) (string, error) {
	name, err := o.OS.Create(path, data)
	if err == nil {
		err = os.Chmod(name, 0o644)
	}
	return name, err
}

func writeOpen(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return keep.WriteOn(open{}, path, append(data, '\n'))
}

// durably renames a file so that a power cut leaves it under one of the names.
func durably(from, to string) error {
	d := keep.OS{}
	if err := d.Sync(from); err != nil {
		return err
	}
	return errors.Join(os.Rename(from, to), d.SyncDir(filepath.Dir(to)))
}

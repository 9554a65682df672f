package releases

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"huying/hub/refusal"
	"huying/internal/release"
)

// MostPackages bounds what is kept: five versions for two kinds of machines,
// 200 MB of today's packages.
const MostPackages = 10

// orphanLife is how long pieces of an upload that nobody finished stay.
const orphanLife = 6 * time.Hour

// Packages lists all packages, the one that came last in front.
func (d *Depot) Packages(ctx context.Context) ([]Package, error) {
	if err := d.readPackages(ctx); err != nil {
		return nil, down(err)
	}
	return d.packages(), nil
}

func (d *Depot) packages() []Package {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]Package{}, d.all...)
}

// Signed reports whether the hub checks signatures.
func (d *Depot) Signed() bool { return len(d.Key) > 0 }

// Admit checks a manifest before its package is read: form, signature if the
// hub knows the key, whether there is such a package, and whether there is
// room. The kiosk is the judge of signatures; here they only tell early.
func (d *Depot) Admit(ctx context.Context, m release.Manifest) error {
	if err := m.Validate(); err != nil {
		return refusal.At(refusal.BadField, "body.manifest", "清单不对："+err.Error()+"。请用签名工具重新生成。")
	}
	if d.Signed() && m.Verify(d.Key) != nil {
		return refusal.At(refusal.BadSignature, "body.manifest", "清单的签名不是用本县的发布密钥签的，终端不会接受。请用正确的密钥重新签名。")
	}
	all, err := d.Packages(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Version == m.Version && p.Arch == m.Arch {
			return exists(m)
		}
	}
	if len(all) >= MostPackages {
		return refusal.New(refusal.TooManyReleases, fmt.Sprintf("最多保存 %d 个安装包，请先删除不用的旧版本。", MostPackages))
	}
	return nil
}

func exists(m release.Manifest) error {
	return refusal.New(refusal.ReleaseExists, "已经有 "+m.Version+" 版（"+m.Arch+"）的安装包。内容有变就要用新的版本号。")
}

// Upload reads a package to its end and keeps it if it is the one that the
// manifest names; nothing of another stays.
func (d *Depot) Upload(ctx context.Context, m release.Manifest, file io.Reader, by Person, at time.Time) (Package, error) {
	if !d.upload.TryLock() {
		return Package{}, refusal.Wait(refusal.Busy, "正在上传另一个安装包，请等它完成。", 10*time.Second)
	}
	defer d.upload.Unlock()
	if err := d.Admit(ctx, m); err != nil {
		return Package{}, err
	}
	if err := d.Store.DropUploads(ctx, at.Add(-orphanLife)); err != nil {
		return Package{}, down(err)
	}
	p := Package{Manifest: m, Upload: rand.Text(), UploadedBy: by, UploadedAt: at}
	err := d.takeIn(ctx, p, file)
	if err == nil {
		if err = d.Store.PutPackage(ctx, p); errors.Is(err, ErrExists) {
			err = exists(m)
		}
	}
	if err != nil {
		// What is left belongs to no package; if this fails too, a later upload tidies up.
		_ = d.Store.DropUpload(context.WithoutCancel(ctx), p.Upload)
		return Package{}, down(err)
	}
	d.Log.Info("release uploaded", "version", m.Version, "arch", m.Arch, "bytes", m.Size, "sha256", m.SHA256, "person", by.ID)
	return p, d.readPackages(ctx)
}

// takeIn stores the pieces and holds them against the manifest.
func (d *Depot) takeIn(ctx context.Context, p Package, file io.Reader) error {
	hash, piece, total := sha256.New(), make([]byte, ChunkSize), int64(0)
	for n := 0; ; n++ {
		k, err := io.ReadFull(file, piece)
		total += int64(k)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return refusal.New(refusal.BadRequest, "安装包没有传完，请重新上传。")
		}
		if total > p.Size {
			return refusal.At(refusal.BadField, "body.package", fmt.Sprintf("安装包比清单写的 %d 字节长，两个文件不是一对，请核对。", p.Size))
		}
		if k > 0 {
			hash.Write(piece[:k])
			if err := d.Store.AddChunk(ctx, p.Upload, n, piece[:k], p.UploadedAt); err != nil {
				return err
			}
		}
		if err != nil {
			break
		}
	}
	switch {
	case total < p.Size:
		return refusal.At(refusal.BadField, "body.package", fmt.Sprintf("安装包只有 %d 字节，清单写的是 %d 字节：没有传完，或两个文件不是一对。", total, p.Size))
	case hex.EncodeToString(hash.Sum(nil)) != p.SHA256:
		return refusal.At(refusal.BadField, "body.package", "安装包的内容与清单不符，可能传坏了，或两个文件不是一对，请核对后重新上传。")
	}
	return nil
}

// Drop forgets a package that no rollout needs.
func (d *Depot) Drop(ctx context.Context, version, arch string, by Person) error {
	d.act.Lock()
	defer d.act.Unlock()
	if err := d.refresh(ctx); err != nil {
		return down(err)
	}
	if d.now != nil && !d.now.Over() && d.now.Version == version {
		return refusal.New(refusal.ReleaseInUse, "这个版本正在发布，不能删除；请先撤回发布。")
	}
	found, err := d.Store.DropPackage(ctx, version, arch)
	switch {
	case err != nil:
		return down(err)
	case !found:
		return refusal.New(refusal.UnknownRelease, "没有这个安装包，可能已经删除。")
	}
	d.Log.Info("release deleted", "version", version, "arch", arch, "person", by.ID)
	return d.readPackages(ctx)
}

// Fetch opens a package for a kiosk that has the offer of it; kiosk is empty
// where nobody can tell who asks, and then some kiosk must have it. False: it
// is not offered.
func (d *Depot) Fetch(ctx context.Context, kiosk, version, arch string) (Package, io.ReadSeeker, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.find(version, arch)
	if p == nil || d.now == nil || d.now.Version != version {
		return Package{}, nil, false
	}
	held := kiosk != "" && d.now.Holds(kiosk)
	if kiosk == "" {
		for id := range d.now.Kiosks {
			if held = d.now.Holds(id); held {
				break
			}
		}
	}
	if !held {
		return Package{}, nil, false
	}
	return *p, &reader{ctx: ctx, store: d.Store, p: *p, at: -1}, true
}

// reader reads a package piece by piece out of the store.
type reader struct {
	ctx   context.Context
	store Store
	p     Package
	pos   int64
	at    int64 // which piece is in memory; -1: none
	piece []byte
}

// Read implements io.Reader.
func (r *reader) Read(b []byte) (int, error) {
	if r.pos >= r.p.Size {
		return 0, io.EOF
	}
	if n := r.pos / ChunkSize; n != r.at {
		piece, err := r.store.Chunk(r.ctx, r.p.Upload, int(n))
		if err != nil {
			return 0, err
		}
		if int64(len(piece)) != min(ChunkSize, r.p.Size-n*ChunkSize) {
			return 0, fmt.Errorf("releases: piece %d of %s %s is not whole", n, r.p.Version, r.p.Arch)
		}
		r.at, r.piece = n, piece
	}
	n := copy(b, r.piece[r.pos%ChunkSize:])
	r.pos += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (r *reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.p.Size
	}
	if offset < 0 {
		return 0, errors.New("releases: a place before the package")
	}
	r.pos = offset
	return offset, nil
}

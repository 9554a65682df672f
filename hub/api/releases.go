package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/refusal"
	"huying/hub/releases"
	"huying/internal/release"
)

// Figures of packages on the line. Calls come first: a township's line is thin.
const (
	mostFetches   = 4 // kiosks at once
	fetchAgain    = 30 * time.Second
	pieceTime     = 2 * time.Minute  // for 256 KiB to a kiosk: 2 KB/s
	uploadSilence = 30 * time.Second // nothing comes of an upload
	formOverhead  = 64 << 10         // of multipart, beside the package
)

// Releases is where packages are kept and rollouts run; *releases.Depot is one.
type Releases interface {
	Packages(ctx context.Context) ([]releases.Package, error)
	Signed() bool
	Admit(ctx context.Context, m release.Manifest) error
	Upload(ctx context.Context, m release.Manifest, file io.Reader, by releases.Person, at time.Time) (releases.Package, error)
	Drop(ctx context.Context, version, arch string, by releases.Person) error
	Fetch(ctx context.Context, kiosk, version, arch string) (releases.Package, io.ReadSeeker, bool)

	See() releases.Sight
	Begin(ctx context.Context, version string, trial []string, by releases.Person) error
	Advance(ctx context.Context, from releases.Stage, reasons map[string]string, by releases.Person) error
	Pause(ctx context.Context, note string, by releases.Person) error
	Resume(ctx context.Context, note string, by releases.Person) error
	Withdraw(ctx context.Context, note string, by releases.Person) error
}

// ReleasePackage is a release's package for one kind of machine.
type releasePackage struct {
	Version    string    `json:"version"`
	Arch       string    `json:"arch" doc:"amd64 or arm64"`
	Size       int64     `json:"size" doc:"bytes"`
	SHA256     string    `json:"sha256"`
	UploadedBy string    `json:"uploaded_by" doc:"the person's name"`
	UploadedAt time.Time `json:"uploaded_at"`
}

type (
	releasesOutput struct {
		Body struct {
			Releases []releasePackage `json:"releases" nullable:"false" doc:"the one that came last in front"`
			Most     int              `json:"most" doc:"how many are kept"`
			Signed   bool             `json:"signed" doc:"the hub knows the release key and checks signatures; the kiosks always do"`
		}
	}
	uploadInput  struct{}
	uploadOutput struct{ Body releasePackage }
	dropInput    struct {
		Version string `path:"version" maxLength:"40"`
		Arch    string `path:"arch" maxLength:"8"`
	}
)

func (s *server) releaseRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/releases", OperationID: "list-releases",
		Summary: "List the packages of the kiosks' program"}, s.listReleases)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/releases", OperationID: "upload-release",
		Summary: "Keep a package with its signed manifest", DefaultStatus: http.StatusCreated}, s.uploadRelease)
	s.api.OpenAPI().Paths["/api/releases"].Post.RequestBody = uploadForm() // not before: huma would read the body itself
	register(s, huma.Operation{Method: http.MethodDelete, Path: "/api/releases/{version}/{arch}", OperationID: "delete-release",
		Summary: "Forget a package that no rollout needs", DefaultStatus: http.StatusNoContent}, s.dropRelease)
	s.plain("/api/kiosk/package", s.packageForKiosk)
}

// uploadForm describes what uploadRelease reads piece by piece.
func uploadForm() *huma.RequestBody {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"manifest", "package"},
		Description: "manifest comes first, so that a wrong one is refused before the package is sent",
		Properties:  map[string]*huma.Schema{"manifest": file, "package": file}}}}}
}

func shownPackage(p releases.Package) releasePackage {
	return releasePackage{Version: p.Version, Arch: p.Arch, Size: p.Size, SHA256: p.SHA256, UploadedBy: p.UploadedBy.Name, UploadedAt: p.UploadedAt}
}

// doer is who asks, for a rollout's history.
func doer(ctx context.Context) releases.Person {
	p := from(ctx).person
	return releases.Person{ID: p.ID, Name: p.Name}
}

func (s *server) listReleases(ctx context.Context, _ *struct{}) (*releasesOutput, error) {
	all, err := s.Releases.Packages(ctx)
	if err != nil {
		return nil, err
	}
	out := &releasesOutput{}
	out.Body.Most, out.Body.Signed, out.Body.Releases = releases.MostPackages, s.Releases.Signed(), []releasePackage{}
	for _, p := range all {
		out.Body.Releases = append(out.Body.Releases, shownPackage(p))
	}
	return out, nil
}

func (s *server) uploadRelease(ctx context.Context, _ *uploadInput) (*uploadOutput, error) {
	who := from(ctx)
	r, rc := who.request, http.NewResponseController(who.writer)
	_ = rc.SetReadDeadline(time.Now().Add(uploadSilence))
	form, err := r.MultipartReader()
	if err != nil {
		return nil, refusal.New(refusal.WrongContentType, "请用表单上传两个文件：清单（manifest）和安装包（package）。")
	}
	part, err := partNamed(form, "manifest")
	if err != nil {
		return nil, err
	}
	m, err := release.Parse(part)
	if err != nil {
		return nil, refusal.At(refusal.BadField, "body.manifest", "清单文件不对，应是签名工具生成的 .json 文件："+err.Error()+"。")
	}
	if err := s.Releases.Admit(ctx, m); err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(who.writer, r.Body, m.Size+formOverhead)
	if part, err = partNamed(form, "package"); err != nil {
		return nil, err
	}
	p, err := s.Releases.Upload(ctx, m, &awake{part, func() { _ = rc.SetReadDeadline(time.Now().Add(uploadSilence)) }}, doer(ctx),
		s.now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return nil, err
	}
	_ = rc.SetReadDeadline(time.Time{})
	return &uploadOutput{Body: shownPackage(p)}, nil
}

func partNamed(form *multipart.Reader, name string) (*multipart.Part, error) {
	part, err := form.NextPart()
	if err != nil || part.FormName() != name {
		return nil, refusal.At(refusal.BadField, "body."+name, "请先传清单（manifest），再传安装包（package），两个文件都要有。")
	}
	return part, nil
}

// awake gives each piece its time, so that only silence ends a transfer.
type awake struct {
	io.Reader
	alive func()
}

func (a *awake) Read(b []byte) (int, error) {
	a.alive()
	return a.Reader.Read(b)
}

func (s *server) dropRelease(ctx context.Context, in *dropInput) (*struct{}, error) {
	return nil, s.Releases.Drop(ctx, in.Version, in.Arch, doer(ctx))
}

// packageForKiosk serves a package to a kiosk that has the offer of it.
func (s *server) packageForKiosk(w http.ResponseWriter, r *http.Request) {
	kiosk, err := s.kioskOf(r)
	if err != nil {
		s.refuse(r, err).write(w)
		return
	}
	q := r.URL.Query()
	p, file, ok := s.Releases.Fetch(r.Context(), kiosk, q.Get("version"), q.Get("arch"))
	if !ok {
		s.log.Warn("package not offered", "kiosk", kiosk, "version", q.Get("version"), "address", r.RemoteAddr)
		s.refuse(r, refusal.New(refusal.NotOffered, "没有向这台终端发布这个安装包。")).write(w)
		return
	}
	select {
	case s.fetches <- struct{}{}:
		defer func() { <-s.fetches }()
	default:
		problemOf(refusal.Wait(refusal.Busy, "正在下载的终端太多，请稍后再来。", fetchAgain)).write(w)
		return
	}
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/vnd.debian.binary-package")
	w.Header().Set("ETag", `"`+p.SHA256+`"`)
	http.ServeContent(w, r, "", time.Time{}, &paced{file, func() { _ = rc.SetWriteDeadline(time.Now().Add(pieceTime)) }})
	_ = rc.SetWriteDeadline(time.Time{})
}

// paced gives the other side time for each piece, so that a dead line does not
// keep the place of another kiosk.
type paced struct {
	io.ReadSeeker
	alive func()
}

func (p *paced) Read(b []byte) (int, error) {
	p.alive()
	return p.ReadSeeker.Read(b)
}

// kioskOf says which kiosk asks, by its certificate; empty without TLS, where
// nobody can tell and a package, which is no secret, is given to anybody while
// it is offered to somebody.
func (s *server) kioskOf(r *http.Request) (string, error) {
	if r.TLS == nil {
		return "", nil
	}
	no := refusal.New(refusal.UnprovenKiosk, "安装包只给已登记的终端，请检查终端是否已登记、证书是否有效。")
	if len(r.TLS.PeerCertificates) == 0 {
		return "", no
	}
	c := r.TLS.PeerCertificates[0]
	k, err := s.Kiosks.Kiosk(r.Context(), c.Subject.CommonName)
	if refusal.Code(err) == refusal.UnknownKiosk {
		return "", no
	}
	if err != nil {
		return "", errors.Join(refusal.New(refusal.StoreDown, "数据库暂时连不上，请稍后再试。"), err)
	}
	if key, ok := c.PublicKey.(ed25519.PublicKey); !ok || !k.Enrolled() || !bytes.Equal(key, k.PublicKey) {
		return "", no
	}
	return k.ID, nil
}

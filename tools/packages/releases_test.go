package packages

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"huying/internal/release"
)

// blank is the version under which the program is linked once; the versions of
// the releases have its length and take its place.
const blank = "9.77.00"

// printer is where releases are made: the program, and the package to put it in.
type printer struct {
	t       *testing.T
	dir     string
	program []byte
	tree    string // the package, unpacked
	real    []byte // the program of the release that is being made
	private ed25519.PrivateKey
	public  []byte // PEM
}

func newPrinter(t *testing.T, deb string) *printer {
	t.Helper()
	p := &printer{t: t, dir: t.TempDir()}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if p.public, err = release.EncodePublic(public); err != nil {
		t.Fatal(err)
	}
	p.private, p.tree = private, filepath.Join(p.dir, "tree")
	built := filepath.Join(p.dir, "terminal")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w -X main.version="+blank, "-o", built, "./cmd/terminal")
	build.Dir, build.Env = tree(t), append(os.Environ(), "CGO_ENABLED=0")
	output(t, build)
	if p.program, err = os.ReadFile(built); err != nil {
		t.Fatal(err)
	}
	output(t, exec.Command("dpkg-deb", "--raw-extract", deb, p.tree))
	// The voice is not on trial here, and 25 MB are slow to pack.
	p.file("usr/lib/huying/terminal-voice", []byte("#!/bin/sh\n"), 0o755)
	return p
}

func (p *printer) file(path string, data []byte, mode os.FileMode) {
	p.t.Helper()
	at := filepath.Join(p.tree, path)
	_ = os.Remove(at)
	if err := os.WriteFile(at, data, mode); err != nil {
		p.t.Fatal(err)
	}
}

// change is what is wrong with a release.
type change func(p *printer)

// works replaces what the program does for its work by a script; it is beside
// it as $real. What root asks of it before the installation it does well.
func works(version, script string) change {
	program := runs(`case "${1:-run}" in
version) echo "huying terminal ` + version + `" ;;
check) ;;
run) ` + script + ` ;;
*) exec $real "$@" ;;
esac`)
	return func(p *printer) {
		program(p)
		p.file("usr/lib/huying/terminal-real", p.real, 0o755)
	}
}

// runs replaces the program by a script.
func runs(script string) change {
	return func(p *printer) {
		p.file("usr/lib/huying/terminal", []byte("#!/bin/sh\nreal=/usr/lib/huying/terminal-real\n"+script+"\n"), 0o755)
	}
}

// named gives the package another name.
func named(name string) change {
	return func(p *printer) { p.control("Package", name) }
}

// configures adds to what is done after unpacking.
func configures(script string) change {
	return func(p *printer) {
		old, err := os.ReadFile(filepath.Join(p.tree, "DEBIAN/postinst"))
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { p.file("DEBIAN/postinst", old, 0o755) })
		p.file("DEBIAN/postinst", append(old, "\n"+script+"\n"...), 0o755)
	}
}

func (p *printer) control(field, value string) {
	at := filepath.Join(p.tree, "DEBIAN/control")
	text, err := os.ReadFile(at)
	if err != nil {
		p.t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, field+":") {
			lines[i] = field + ": " + value
		}
	}
	if err := os.WriteFile(at, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// made is a release as it leaves the county's IT.
type made struct {
	release.Manifest
	deb string
}

// release makes and signs a package.
func (p *printer) release(version string, wrong ...change) made {
	p.t.Helper()
	if len(version) != len(blank) {
		p.t.Fatalf("%s has not the length of %s", version, blank)
	}
	program := bytes.ReplaceAll(p.program, []byte(blank), []byte(version))
	p.file("usr/lib/huying/terminal", program, 0o755)
	p.real = program
	_ = os.Remove(filepath.Join(p.tree, "usr/lib/huying/terminal-real"))
	p.control("Package", "huying-terminal")
	p.control("Version", version)
	for _, w := range wrong {
		w(p)
	}
	m := made{deb: filepath.Join(p.dir, version+".deb")}
	output(p.t, exec.Command("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", p.tree, m.deb))
	f, err := os.Open(m.deb)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	if m.Manifest, err = release.Sign(p.private, version, runtime.GOARCH, f); err != nil {
		p.t.Fatal(err)
	}
	return m
}

// publish uploads a release and begins to offer it to the kiosk; what was
// offered before is taken back.
func (o *office) publish(m made) {
	o.t.Helper()
	o.upload(m)
	var now struct {
		Rollout *struct {
			CanBegin bool `json:"can_begin"`
		} `json:"rollout"`
	}
	o.ask(http.MethodGet, "/api/rollout", nil, &now)
	if now.Rollout != nil && !now.Rollout.CanBegin {
		o.ask(http.MethodPost, "/api/rollout/withdraw", object{}, nil)
	}
	o.ask(http.MethodPost, "/api/rollout", object{"version": m.Version, "trial": []string{kiosk}}, nil)
}

func (o *office) ask(method, path string, in, out any) {
	o.t.Helper()
	if err := o.admin.Do(o.t.Context(), method, path, in, out); err != nil {
		o.t.Fatal(err)
	}
}

// upload sends manifest and package, as the page does.
func (o *office) upload(m made) {
	o.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	manifest, err := json.Marshal(m.Manifest)
	if err != nil {
		o.t.Fatal(err)
	}
	deb, err := os.ReadFile(m.deb)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"manifest", manifest}, {"package", deb}} {
		w, err := form.CreateFormFile(f.name, f.name)
		if err != nil {
			o.t.Fatal(err)
		}
		_, _ = w.Write(f.data)
	}
	_ = form.Close()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar}
	post := func(path, kind string, body *bytes.Buffer) {
		req, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, o.url+path, body)
		if err != nil {
			o.t.Fatal(err)
		}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("Origin", o.url)
		res, err := browser.Do(req)
		if err != nil {
			o.t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode >= 300 {
			var said bytes.Buffer
			_, _ = said.ReadFrom(res.Body)
			o.t.Fatalf("%s: %s: %s", path, res.Status, said.String())
		}
	}
	post("/api/session", "application/json", bytes.NewBufferString(fmt.Sprintf(`{"account":"admin","password":%q}`, password)))
	post("/api/releases", form.FormDataContentType(), &body)
}

// updated is what the hub's page shows of the kiosk.
type updated struct {
	Kiosk   string `json:"kiosk"`
	Online  bool   `json:"online"`
	Version string `json:"version"`
	Phase   string `json:"phase"`
	Error   string `json:"error"`
}

func (o *office) updated() updated {
	o.t.Helper()
	var out struct {
		Kiosks []updated `json:"kiosks"`
	}
	o.ask(http.MethodGet, "/api/rollout", nil, &out)
	for _, k := range out.Kiosks {
		if k.Kiosk == kiosk {
			return k
		}
	}
	o.t.Fatalf("the hub shows %+v", out.Kiosks)
	return updated{}
}

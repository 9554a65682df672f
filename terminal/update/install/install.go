// Package install is root's part of an update: it takes the package that the
// kiosk's program left, believes nothing but the county's signature, lets dpkg
// install it, and watches whether the new program proves itself. If it does
// not, the version before comes back.
//
// A Plan in root's own folder says at every moment what is to be done; so it
// may be killed, and the power may be cut, at any point: the next start goes on.
package install

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"huying/internal/release"
	"huying/internal/wire"
	"huying/terminal/update"
)

// Name is the package that may be installed, and no other.
const Name = "huying-terminal"

// Service is the unit that runs it.
const Service = "huying-terminal.service"

// Patience is how long a new program may take to prove itself: a line that is
// well comes up within seconds, and one over a mobile network within minutes.
const Patience = 5 * time.Minute

// Config of an installation.
type Config struct {
	Key      string // file (PEM) with the public release key: root's, and writable by nobody else
	Kiosk    string // data folder of the kiosk's program, which owns it
	Own      string // root's folder; others may read and pass
	Patience time.Duration
	// State asks the running program what it does: it is restarted when it says
	// "idle", and when it does not answer.
	State func(context.Context) (string, error)
	Log   *slog.Logger
	Sys   System        // nil: this machine
	Every time.Duration // between looks at a trial; 0: half a second
}

// System is the machine, as an installation needs it.
type System interface {
	// Fields reads what a package says of itself.
	Fields(deb string) (Fields, error)
	// Arch is the machine's own architecture.
	Arch() (string, error)
	// Installed gives the version that is wholly installed; whole is false if
	// dpkg was interrupted.
	Installed() (version string, whole bool, err error)
	Newer(a, b string) bool
	// Free is what the file system of a folder has left, in octets.
	Free(dir string) (int64, error)
	// Install unpacks and configures a package; settings that were changed stay.
	Install(deb string) error
	// Repack makes a package of what is installed.
	Repack(deb string) error
	// Rehearse runs the program of a package, as the kiosk's user and for a
	// moment: whether it starts, which version it says it is, and whether it
	// takes this kiosk's settings.
	Rehearse(deb, version string) error
	Restart() error
	// Fresh reports whether what runs is what is installed.
	Fresh() bool
	// Running gives the service's main process, 0 if there is none, and how often
	// systemd has started it anew since Restart.
	Running() (pid, restarts int, err error)
}

// Fields of a package's control file.
type Fields struct {
	Package, Version, Arch string
	Installed              int64 // octets, once unpacked
}

// The steps of a Plan.
const (
	installing = "installing" // dpkg may be at work
	trying     = "trying"     // the new program runs
	back       = "back"       // the version before is being installed
)

// Plan is what must survive a power cut.
type Plan struct {
	update.Request
	Step   string `json:"step"`
	From   string `json:"from"` // version to go back to
	Why    string `json:"why,omitempty"`
	Starts int    `json:"starts"` // of this program within the plan
}

// What lies in root's folder.
const (
	planFile    = "plan.json"
	nextFile    = "next.deb"     // what is being installed
	currentFile = "current.deb"  // the way back
	helperFile  = "helper"       // the program that began, to go on with
	outcomeFile = "outcome.json" // update.OutcomeFile
)

// maxStarts is at which start within a plan a release is blamed for it: one
// power cut is chance.
const maxStarts = 4

// refusal is a request that is not carried out, with the words for people.
type refusal struct{ words string }

func (r *refusal) Error() string { return r.words }

func refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }

type installer struct {
	Config
}

// Run carries out what was begun and what is asked for. It returns when there
// is nothing left to do, or with ctx, after the step that is under way.
func Run(ctx context.Context, cfg Config) error {
	if cfg.Sys == nil {
		cfg.Sys = &machine{own: cfg.Own}
	}
	if cfg.Every == 0 {
		cfg.Every = 500 * time.Millisecond
	}
	if cfg.Patience == 0 {
		cfg.Patience = Patience
	}
	in := &installer{Config: cfg}
	if err := os.MkdirAll(cfg.Own, 0o755); err != nil {
		return err
	}
	lock, err := lock(filepath.Join(cfg.Own, "lock"))
	if err != nil {
		return err
	}
	defer lock.Close()
	for ctx.Err() == nil {
		p, err := in.plan()
		if err != nil {
			return err
		}
		if p != nil {
			if p.Starts++; p.Starts >= maxStarts && p.Step != back {
				p.Step, p.Why = back, "升级中反复断电或重启"
			}
			err = in.save(p)
		} else if p, err = in.take(); p == nil && err == nil {
			return nil
		}
		if err != nil {
			return err
		}
		if err := in.carryOut(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps a second installer out.
func lock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("另一次安装正在进行"), err, f.Close())
	}
	return f, nil
}

// take checks a request and makes a Plan of it; nil: there is none, or it was
// refused, which is told.
func (in *installer) take() (*Plan, error) {
	r, err := in.request()
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	p := &Plan{Request: r, Step: installing}
	if err == nil {
		in.tell(p, wire.Installing, "")
		p.From, err = in.prepare(r.Release)
	}
	if err == nil {
		err = in.save(p)
	}
	if err != nil {
		var no *refusal
		words := "安装助手出错：" + err.Error()
		if errors.As(err, &no) {
			words = no.words
		}
		in.Log.Error("not installed", "version", r.Release.Version, "why", err.Error())
		in.tell(p, wire.Refused, words)
		return nil, in.clean(nextFile, helperFile)
	}
	return p, nil
}

// prepare copies the package to where only root can change it and checks the
// copy; it gives the version that runs now, and sees to the way back to it.
func (in *installer) prepare(m release.Manifest) (from string, err error) {
	key, err := trusted(in.Key)
	if err != nil {
		return "", err
	}
	if m.Verify(key) != nil {
		return "", refuse("不是用本县的发布密钥签发的")
	}
	next := filepath.Join(in.Own, nextFile)
	if err := in.copyPackage(m, next); err != nil {
		return "", err
	}
	f, err := in.Sys.Fields(next)
	if err != nil {
		return "", refuse("不是完好的安装包：%v", err)
	}
	arch, err := in.Sys.Arch()
	if err != nil {
		return "", err
	}
	from, whole, err := in.Sys.Installed()
	switch {
	case err != nil:
		return "", err
	case f.Package != Name:
		return "", refuse("安装包是 %s，不是 %s", f.Package, Name)
	case f.Version != m.Version:
		return "", refuse("安装包的版本是 %s，签发的是 %s", f.Version, m.Version)
	case f.Arch != m.Arch || f.Arch != arch:
		return "", refuse("安装包是给 %s 的，这台终端是 %s", f.Arch, arch)
	case whole && !in.Sys.Newer(f.Version, from):
		return "", refuse("比正在运行的 %s 旧，不能降级", from)
	case !whole:
		return "", refuse("系统里的 %s 没有装完整，请先修好：dpkg --configure -a", Name)
	}
	if err := in.room(f); err != nil {
		return "", err
	}
	if err := in.wayBack(from); err != nil {
		return "", refuse("没有退路，不升级：%v", err)
	}
	if err := in.Sys.Rehearse(next, f.Version); err != nil {
		return "", refuse("新程序试着启动时失败，没有安装：%v", err)
	}
	return from, in.keepSelf()
}

// spare must be left, in octets, beside what is unpacked: dpkg holds the old
// and the new files at once, and the journal goes on.
const spare = 64 << 20

func (in *installer) room(f Fields) error {
	free, err := in.Sys.Free(in.Own)
	if need := 2*f.Installed + spare; err == nil && free < need {
		return refuse("磁盘空间不够：还有 %d MB，需要 %d MB", free>>20, need>>20)
	}
	return err
}

// wayBack sees to a package of the version that runs. The first time there is
// none: it is then made of the files that are installed.
func (in *installer) wayBack(from string) error {
	current := filepath.Join(in.Own, currentFile)
	if f, err := in.Sys.Fields(current); err == nil && f.Package == Name && f.Version == from {
		return nil
	}
	if err := in.clean(currentFile); err != nil {
		return err
	}
	fresh := filepath.Join(in.Own, "fresh.deb")
	if err := in.Sys.Repack(fresh); err != nil {
		return err
	}
	f, err := in.Sys.Fields(fresh)
	if err == nil && (f.Package != Name || f.Version != from) {
		err = fmt.Errorf("a package of %s %s instead of %s", f.Package, f.Version, from)
	}
	if err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	return durably(fresh, current)
}

// carryOut goes on from any step of a Plan to its end.
func (in *installer) carryOut(ctx context.Context, p *Plan) error {
	if p.Step == installing {
		in.tell(p, wire.Installing, "")
		if err := in.Sys.Install(filepath.Join(in.Own, nextFile)); err != nil {
			in.Log.Error("dpkg failed", "version", p.Release.Version, "error", err.Error())
			p.Step, p.Why = back, "装不上："+err.Error()
		} else {
			p.Step = trying
			in.restart(ctx, nobodyCalls)
		}
		if ctx.Err() != nil { // perhaps it was not restarted: all of this again
			return nil
		}
		if err := in.save(p); err != nil {
			return err
		}
	}
	if p.Step == trying {
		in.tell(p, wire.Trying, "")
		why, over := in.try(ctx, p)
		switch {
		case !over:
			return nil
		case why == "":
			return in.believe(p)
		}
		p.Step, p.Why = back, why
		if err := in.save(p); err != nil {
			return err
		}
	}
	return in.goBack(ctx, p)
}

// believe keeps the new package as the next way back.
func (in *installer) believe(p *Plan) error {
	if err := durably(filepath.Join(in.Own, nextFile), filepath.Join(in.Own, currentFile)); err != nil {
		return err
	}
	in.Log.Info("installed", "version", p.Release.Version, "from", p.From)
	in.tell(p, wire.Installed, "")
	return in.clean(planFile, helperFile)
}

// goBack installs the version before. Nothing is told before it runs again: an
// error is tried again at the next start.
func (in *installer) goBack(ctx context.Context, p *Plan) error {
	in.Log.Error("rolling back", "version", p.Release.Version, "to", p.From, "why", p.Why)
	if err := in.Sys.Install(filepath.Join(in.Own, currentFile)); err != nil {
		return fmt.Errorf("the version before cannot be installed: %w", err)
	}
	if !in.Sys.Fresh() { // one that had died was started by the package itself
		in.restart(ctx, nobodyTalks)
	}
	if ctx.Err() != nil {
		return nil
	}
	in.tell(p, wire.RolledBack, p.Why)
	return in.clean(planFile, nextFile, helperFile)
}

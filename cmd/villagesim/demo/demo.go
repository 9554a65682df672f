package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"huying/hub/view"
)

// Options choose where the demo lives.
type Options struct {
	Data string // kept between starts
	Bin  string // folder of the programs hub and terminal
	Host string // address of everything
	Port int    // county; townships and kiosks follow
	Calm bool   // no villagers press by themselves
	Out  io.Writer
}

// startWait bounds the start of all hubs: the first makes a database each.
const startWait = 90 * time.Second

// county in one struct: what runs.
type running struct {
	opt    Options
	sites  []*site
	hubs   []*process
	kiosks []*process
	cancel context.CancelFunc
	alive  sync.WaitGroup // invented people
}

// Run starts the county, says where everything is, and stays until it is
// interrupted; then it stops everything.
func Run(opt Options) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := &running{opt: opt}
	keep, cancel := context.WithCancel(context.Background())
	r.cancel = cancel
	defer r.stop()
	if err := r.start(ctx, keep); err != nil {
		return err
	}
	r.introduce()
	<-ctx.Done()
	r.note("正在停止……")
	return nil
}

func (r *running) note(format string, args ...any) {
	fmt.Fprintf(r.opt.Out, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

func (r *running) start(ctx, keep context.Context) error {
	data, err := filepath.Abs(r.opt.Data)
	if err != nil {
		return err
	}
	r.opt.Data = data
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	if err := r.plan(); err != nil {
		return err
	}
	if err := r.checkPorts(); err != nil {
		return err
	}
	for i, s := range r.sites {
		if err := s.settle(r.opt.Host, r.metricsPort(i)); err != nil {
			return err
		}
		p := r.child("hub-"+s.unit.Code, "hub", "--config", s.config())
		if err := p.start(keep); err != nil {
			return err
		}
		r.hubs = append(r.hubs, p)
	}
	wait, done := context.WithTimeout(ctx, startWait)
	defer done()
	for i, s := range r.sites {
		if err := awaitReady(wait, s.url(r.opt.Host), r.hubs[i].done); err != nil {
			return fmt.Errorf("%s: %w: %w", s.unit.Name, err, r.hubs[i].lastWords())
		}
	}
	for i, v := range villages {
		if err := r.startKiosk(ctx, keep, i, v); err != nil {
			return fmt.Errorf("%s: %w", v.unit.Name, err)
		}
	}
	if r.opt.Calm {
		return nil
	}
	return r.background(keep)
}

// plan names the sites, their ports and secrets.
func (r *running) plan() error {
	top := &site{unit: county, port: r.opt.Port, folder: filepath.Join(r.opt.Data, county.Code)}
	r.sites = []*site{top}
	for i, t := range townships {
		key, err := secret(filepath.Join(r.opt.Data, t.Code+".secret"))
		if err != nil {
			return err
		}
		s := &site{unit: t, port: r.opt.Port + 1 + i, folder: filepath.Join(r.opt.Data, t.Code), parent: top, secret: key}
		top.below = append(top.below, s)
		r.sites = append(r.sites, s)
	}
	return nil
}

func (r *running) child(name, program string, args ...string) *process {
	return &process{name: name, path: filepath.Join(r.opt.Bin, program), args: args,
		log: filepath.Join(r.opt.Data, name+".log"), note: r.note}
}

func (r *running) kioskPort(i int) int { return r.opt.Port + 11 + i }

// startKiosk writes the settings of a kiosk, enrols it once, and runs it.
func (r *running) startKiosk(ctx, keep context.Context, i int, v village) error {
	home := r.sites[1+v.township]
	folder := filepath.Join(r.opt.Data, v.kiosk())
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	settings := filepath.Join(folder, "terminal.yaml")
	if err := write(settings, r.kioskSettings(i, v, home, folder)); err != nil {
		return err
	}
	if !enrolled(folder) {
		if err := r.enrol(ctx, folder, v, home); err != nil {
			return err
		}
	}
	p := r.child("kiosk-"+v.kiosk(), "terminal", "run", "--config", settings)
	r.kiosks = append(r.kiosks, p)
	return p.start(keep)
}

// stop ends kiosks, then hubs, the county last; nothing is left running.
func (r *running) stop() {
	r.cancel()
	r.alive.Wait()
	for _, p := range r.kiosks {
		p.stop()
	}
	for _, p := range slices.Backward(r.hubs) {
		p.stop()
	}
}

// introduce prints the addresses, the accounts, and what to try.
func (r *running) introduce() {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("")
	line("呼应 演示县已经启动（人物全部虚构）    Huying demo county is up (all persons are invented)")
	line("")
	for i, s := range r.sites {
		page := "desk"
		if s.parent == nil {
			page = "centre"
		}
		line("  %s  %s/%s    进程 pid %d", pad(s.unit), s.url(r.opt.Host), page, r.hubs[i].pid())
		for _, p := range s.staff() {
			line("      %-8s %s %s", p.Account, p.Name, p.Post)
		}
	}
	line("  所有演示账号的密码 password of all demo accounts: %s", Password)
	line("")
	for i, v := range villages {
		line("  %s（%s）终端 kiosk  http://%s/", v.unit.Name, townships[v.township].Name, join("127.0.0.1", r.kioskPort(i)))
	}
	line("")
	line("试一试 What to try")
	line("  1 打开流坑村终端，按大红键      Open the kiosk of 流坑村 and press the red key")
	line("  2 用 caozuo 登录牛田镇坐席，按“开始值守”，来电时按 F2 接听")
	line("    Sign in at 牛田镇 as caozuo, start the shift, press F2 when it rings")
	line("  3 不接：10 秒后带班领导 daiban 也响，20 秒后县里 zhihui 也响")
	line("    Let it ring: the duty leader joins after 10 s, the county after 20 s")
	line("  4 结束一个中心的进程 kill -9 <pid>：3 秒后自动重启，呼叫还在")
	line("    Kill a hub: it comes back after 3 s and the call still rings")
	line("  5 停掉牛田镇的数据库 stop its database:   touch %s", hold(r.sites[2]))
	line("    再按键照样振铃，标“尚未入库”；恢复 bring it back:  rm %s", hold(r.sites[2]))
	line("")
	line("按 Ctrl-C 停止全部    Ctrl-C stops everything; data stays in %s", r.opt.Data)
	fmt.Fprintln(r.opt.Out, b.String())
}

func hold(s *site) string { return filepath.Join(s.folder, "postgres", "hold") }

func pad(u view.Unit) string { return u.Name + " " + u.Code }

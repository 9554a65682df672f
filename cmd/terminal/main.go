// Command terminal is the agent on a kiosk: it reads the keys, keeps the
// journal, holds the lines to the hubs and serves the kiosk's page.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"huying/firmware-bridge/handover"
	"huying/terminal"
	"huying/web"
)

// version is set by the build (-ldflags "-X main.version=...").
var version = "development"

// usualConfig is read when no file is named and it is there.
const usualConfig = "/etc/huying/terminal.yaml"

// memoryLimit in octets makes the collector work harder before a small board
// has to swap; an idle terminal needs about a third of it.
const memoryLimit = 64 << 20

type commands struct {
	Config string `short:"c" type:"path" placeholder:"FILE" env:"HUYING_TERMINAL_CONFIG" help:"配置文件（YAML），默认 ${config}"`

	Run     runCommand     `cmd:"" default:"1" help:"运行终端（默认）"`
	Enrol   enrolCommand   `cmd:"" help:"用一次性登记码在站点登记本终端"`
	Screen  screenCommand  `cmd:"" help:"在屏幕上打开终端页面，并看住它"`
	Prompts promptsCommand `cmd:"" help:"提示语：列出、生成代用音、检查录音"`
	State   stateCommand   `cmd:"" help:"显示运行中的终端的状态"`
	Probe   probeCommand   `cmd:"" help:"接线时用：列出硬件，看着按键，试灯"`
	Check   checkCommand   `cmd:"" help:"只检查设置，指出哪一项不对"`
	Version versionCommand `cmd:"" help:"显示版本"`

	Release        releaseCommand `cmd:"" help:"发布新版本：生成密钥、签发、核对"`
	InstallRelease installCommand `cmd:"" hidden:"" help:"由 systemd 以 root 运行：安装终端下载好的新版本"`
}

type runCommand struct{}

type versionCommand struct{}

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetDefault(log)
	var c commands
	parsed := kong.Parse(&c, kong.Name("terminal"), kong.Description("呼应终端：便民服务点的按键终端程序"),
		kong.Vars{"config": usualConfig}, kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(&c); err != nil {
		log.Error("terminal failed", "error", err.Error())
		fmt.Fprintln(os.Stderr, "错误："+err.Error())
		os.Exit(1)
	}
}

// file is the configuration file to read; empty if there is none.
func (c *commands) file() string {
	if c.Config != "" {
		return c.Config
	}
	if _, err := os.Stat(usualConfig); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return usualConfig
}

// Run runs the terminal until it is told to stop.
func (runCommand) Run(ctx context.Context, c *commands) error {
	debug.SetMemoryLimit(memoryLimit)
	cfg, err := terminal.Load(c.file(), os.Environ())
	if err != nil {
		return err
	}
	cfg.Keeper = handover.Find(os.Getpid(), os.Getenv)
	cfg.Version, cfg.Pages, cfg.Log = version, web.FS(), slog.Default()
	t, err := terminal.New(cfg)
	if err != nil {
		return err
	}
	if err := t.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	t.Stop()
	return nil
}

// Run shows the version.
func (versionCommand) Run() error {
	fmt.Println("huying terminal", version)
	return nil
}

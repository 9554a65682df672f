// Command terminal is the agent of one kiosk.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"huying/terminal"
	"huying/terminal/identity"
	"huying/web"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Config string `short:"c" type:"path" help:"Settings file (YAML)." env:"HUYING_TERMINAL_CONFIG"`

	Run     run         `cmd:"" default:"1" help:"Run the kiosk until it is told to stop."`
	Enrol   enrol       `cmd:"" help:"Register this kiosk at its hub with a one-time code."`
	Version showVersion `cmd:"" help:"Print the version."`
}

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	var c commands
	k := kong.Parse(&c, kong.Name("terminal"), kong.Description("Huying 呼应: the agent of a village kiosk."))
	k.FatalIfErrorf(k.Run(&c))
}

type run struct{}

// Run stays until it is told to stop.
func (run) Run(c *commands) error {
	cfg, err := terminal.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	cfg.Pages, cfg.Version, cfg.Log = web.FS(), version, slog.Default()
	t, err := terminal.New(cfg)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := t.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	t.Stop()
	return nil
}

type enrol struct {
	Hub  string `required:"" help:"Address of the hub, https://host."`
	Code string `required:"" help:"The one-time code that the administrator reads out."`
}

// Run makes the kiosk's key and hands it in.
func (e enrol) Run(c *commands) error {
	cfg, err := terminal.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	got, err := identity.Enrol(context.Background(), cfg.DataDir, e.Hub, e.Code)
	if err != nil {
		return err
	}
	fmt.Printf("登记成功：%s（%s %s）\n", got.Kiosk, got.Township.Name, got.Point.Name)
	return nil
}

type showVersion struct{}

// Run prints the version.
func (showVersion) Run() error {
	fmt.Println(version)
	return nil
}

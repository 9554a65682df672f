// Command hub runs a site: a township's or a county's.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/alexedwards/scs/v2"

	"huying/hub"
	"huying/hub/media"
	"huying/hub/media/embedded"
	"huying/hub/postgres"
	"huying/hub/store"
)

var flags struct {
	Config string `short:"c" required:"" type:"existingfile" help:"Settings file (YAML)." env:"HUYING_HUB_CONFIG"`
	Debug  bool   `help:"Log more."`

	Run   struct{} `cmd:"" default:"1" help:"Run the hub until it is told to stop."`
	Check struct{} `cmd:"" help:"Check the settings file and say what is wrong with it."`
}

// garbage lets the heap grow to five times what lives before it is collected:
// a hub's live heap is some megabytes, and a press must not wait for it.
const garbage = 400

func main() {
	debug.SetGCPercent(garbage)
	k := kong.Parse(&flags, kong.Name("hub"), kong.Description("Huying 呼应: a site that takes the calls of village kiosks."))
	level := slog.LevelInfo
	if flags.Debug {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	slog.SetDefault(log)
	c, err := hub.ReadConfig(flags.Config)
	k.FatalIfErrorf(err)
	if k.Command() == "check" {
		fmt.Println("设置文件没有问题")
		return
	}
	k.FatalIfErrorf(run(c, log))
}

func run(c hub.Config, log *slog.Logger) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app := hub.New(c, hub.Parts{OpenStorage: openStorage, StartVoice: startVoice, Log: log})
	if err := app.Start(ctx); err != nil {
		return err
	}
	defer app.Stop()
	log.Info("hub runs", "unit", c.Unit.Code, "name", c.Unit.Name, "address", app.Addr())
	select {
	case <-ctx.Done():
		log.Info("hub stops")
		return nil
	case err := <-app.Failed():
		return err
	}
}

// storage is the store with the PostgreSQL that belongs to it.
type storage struct {
	*store.Store
	own *postgres.Supervisor
}

// Close ends the store and then its database.
func (s storage) Close() {
	s.Store.Close()
	if s.own != nil {
		if err := s.own.Stop(context.Background()); err != nil {
			slog.Error("database not stopped", "error", err)
		}
	}
}

// Sessions keeps the sessions of pages in the same database.
func (s storage) Sessions() scs.Store { return s.Store.Sessions() }

// openStorage uses the database that the settings or DATABASE_URL name, or
// runs the hub's own.
func openStorage(ctx context.Context, c hub.Config, log *slog.Logger) (hub.Storage, error) {
	url := c.DatabaseURL
	if url == "" {
		url = os.Getenv("DATABASE_URL")
	}
	var out storage
	if url == "" {
		own, err := postgres.Supervise(ctx, postgres.Config{Dir: filepath.Join(c.Data, "postgres"), Log: log})
		if err != nil {
			return nil, err
		}
		out.own, url = own, own.URL()
	}
	s, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		if out.own != nil {
			_ = out.own.Stop(context.Background())
		}
		return nil, err
	}
	out.Store = s
	return out, nil
}

func startVoice(ctx context.Context, c media.Config) (hub.VoiceServer, error) {
	return embedded.Start(ctx, c)
}

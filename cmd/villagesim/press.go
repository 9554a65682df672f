package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"huying/cmd/villagesim/people"
)

// pressing runs invented villagers, and operators who answer them, against a
// hub.
type pressing struct {
	Hub      string        `required:"" help:"Address of the hub, http://host:port."`
	Township string        `required:"" help:"Code of the unit the hub serves."`
	Account  string        `required:"" help:"An administrator, who enrols the kiosks."`
	Password string        `required:"" env:"HUYING_PASSWORD" help:"The administrator's password."`
	Kiosks   int           `default:"3" help:"How many kiosks."`
	Every    time.Duration `default:"1m" help:"Mean pause between the calls of a villager."`
	Data     string        `default:"var/villagers" help:"Folder of their keys and journals."`
}

// Run stays until it is interrupted.
func (p pressing) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	hub := people.NewHub(p.Hub)
	if err := hub.SignIn(ctx, p.Account, p.Password); err != nil {
		return err
	}
	k := people.Kiosks{Hub: hub, Township: p.Township, Folder: p.Data}
	pages, err := k.Start(ctx, p.Kiosks)
	if err != nil {
		return err
	}
	defer k.Stop()
	fmt.Printf("%d kiosks press at %s, Ctrl-C ends them\n", len(pages), p.Hub)
	var wg sync.WaitGroup
	for i, page := range pages {
		v := &people.Villager{Page: page, Every: p.Every, Hz: 300 + 40*(i%20), Log: log}
		wg.Go(func() { _ = v.Run(ctx) })
	}
	wg.Wait()
	return nil
}

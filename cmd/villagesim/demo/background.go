package demo

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"huying/cmd/villagesim/people"
)

// background lets the villages of 鳌溪镇 live by themselves: villagers press now
// and then, an operator of theirs answers, so that the county's page shows a
// county at work. 牛田镇 is left to who tries the demo.
func (r *running) background(ctx context.Context) error {
	f, err := os.OpenFile(filepath.Join(r.opt.Data, "background.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(f, nil))
	r.alive.Go(func() {
		o := people.Operator{Hub: people.NewHub(r.sites[1].url(r.opt.Host)), Account: "aoxi", Password: Password,
			After: 2 * time.Second, Talk: 20 * time.Second, Hz: 520, Log: log}
		_ = o.Run(ctx)
	})
	for i, v := range villages {
		if v.township != 0 {
			continue
		}
		p := people.Villager{Page: "http://" + join("127.0.0.1", r.kioskPort(i)), Every: 2 * time.Minute, Hz: 300 + 60*i, Log: log}
		r.alive.Go(func() { _ = p.Run(ctx) })
	}
	return nil
}

package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"huying/terminal/browser"
)

// screenCommand reads no settings: it runs as the user of the screen, who must
// not be able to read the terminal's key.
type screenCommand struct {
	Page    string   `default:"http://127.0.0.1:8370/" placeholder:"URL" help:"终端页面的地址，与 panel_listen 一致"`
	Browser string   `default:"chromium" placeholder:"PROGRAM" help:"浏览器程序"`
	Profile string   `default:"/var/lib/huying-screen" placeholder:"DIR" help:"浏览器自己的文件夹"`
	Args    []string `arg:"" optional:"" help:"另外交给浏览器的参数，写在 -- 后面"`
}

// Run keeps the kiosk page on the screen until it is told to stop.
func (s screenCommand) Run(ctx context.Context) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	go orphaned(ctx, end, os.Getppid())
	spare := "" // in memory, and gone with the session
	if session := os.Getenv("XDG_RUNTIME_DIR"); session != "" {
		spare = filepath.Join(session, "huying-screen")
	}
	return browser.New(browser.Config{Program: s.Browser, Args: s.Args, Data: s.Profile, Spare: spare, Env: os.Environ(),
		Page: s.Page, Times: browser.DefaultTimes(), Log: slog.Default()}).Run(ctx)
}

// orphaned ends the screen with the compositor that started it. Nobody else
// would: their session is in a scope of its own, which outlives the service,
// and the next screen would find a browser on its profile.
func orphaned(ctx context.Context, end func(), parent int) {
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
	end()
}

package main

import (
	"context"
	"log/slog"
	"os"

	"huying/terminal"
	"huying/terminal/browser"
)

type screenCommand struct {
	Browser string   `default:"chromium" placeholder:"PROGRAM" help:"浏览器程序"`
	Profile string   `default:"/var/lib/huying-screen" placeholder:"DIR" help:"浏览器自己的文件夹"`
	Args    []string `arg:"" optional:"" help:"另外交给浏览器的参数，写在 -- 后面"`
}

// Run keeps the kiosk page on the screen until it is told to stop.
func (s screenCommand) Run(ctx context.Context, c *commands) error {
	cfg, err := terminal.Load(c.file(), os.Environ())
	if err != nil {
		return err
	}
	return browser.New(browser.Config{Program: s.Browser, Args: s.Args, Data: s.Profile, Page: "http://" + cfg.Panel + "/",
		Times: browser.DefaultTimes(), Log: slog.Default()}).Run(ctx)
}

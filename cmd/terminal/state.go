package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"huying/terminal"
	"huying/terminal/panel"
)

// stateCommand asks a running terminal what it does now: an upgrade waits for
// "idle".
type stateCommand struct {
	Page string `placeholder:"URL" help:"终端页面的地址，默认按设置里的 panel_listen"`
}

// stateWait bounds the question; the page answers at once.
const stateWait = 5 * time.Second

// Run prints the state of the panel.
func (s stateCommand) Run(ctx context.Context, c *commands) error {
	if s.Page == "" {
		s.Page = c.page()
	}
	state, err := stateOf(ctx, s.Page)
	if err == nil {
		fmt.Println(state)
	}
	return err
}

// page is where the settings put the page; settings that cannot be read, or a
// port that is chosen at the start, leave the usual place.
func (c *commands) page() string {
	listen := terminal.Defaults().Panel
	if cfg, err := terminal.Load(c.file(), os.Environ()); err == nil {
		listen = cfg.Panel
	}
	return "http://" + listen + "/"
}

// stateOf asks a page.
func stateOf(ctx context.Context, page string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, stateWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, page+"api/panel", nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("终端没有应答：请看 journalctl -u huying-terminal（%w）", err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok {
			continue
		}
		var v panel.View
		if err := json.Unmarshal(data, &v); err != nil {
			return "", err
		}
		return string(v.State), nil
	}
	return "", errors.Join(errors.New("终端没有说它的状态"), lines.Err())
}

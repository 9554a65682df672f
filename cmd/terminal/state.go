package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"huying/terminal/panel"
)

// stateCommand asks a running terminal what it does now: an upgrade waits for
// "idle".
type stateCommand struct {
	Page string `default:"http://127.0.0.1:8370/" placeholder:"URL" help:"终端页面的地址，与 panel_listen 一致"`
}

// stateWait bounds the question; the page answers at once.
const stateWait = 5 * time.Second

// Run prints the state of the panel.
func (s stateCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stateWait)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Page+"api/panel", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("终端没有应答：请看 journalctl -u huying-terminal（%w）", err)
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
			return err
		}
		fmt.Println(v.State)
		return nil
	}
	return errors.Join(errors.New("终端没有说它的状态"), lines.Err())
}

package kill

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"huying/hub/view"
	"huying/internal/call"
	core "huying/internal/kiosk"
	"huying/terminal/identity"
	"huying/terminal/journal"
)

// kiosk is one terminal with its page's keys.
type kiosk struct {
	*program
	id    string
	point view.Unit
	page  string
	data  string
	http  http.Client
}

func (c *County) newKiosk(i int) (*kiosk, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	code := fmt.Sprintf("%s%03d", homeCode, 200+i)
	id, page := code+"-1", fmt.Sprintf("127.0.0.1:%d", port)
	k := &kiosk{id: id, point: view.Unit{Code: code, Name: fmt.Sprintf("第%d村", i+1)}, page: "http://" + page,
		data: filepath.Join(c.opt.Dir, id), http: http.Client{Timeout: 2 * time.Second}}
	config := filepath.Join(c.opt.Dir, id+".json")
	k.program = &program{name: id, path: c.opt.Programs.Terminal, dir: c.opt.Dir,
		args: []string{"run", "--config", config}, ready: k.page + "/", heard: c.hear}
	return k, write(config, object{"kiosk": id, "point": k.point.Name, "township": c.home.unit.Name,
		"home":     object{"site": homeCode, "url": c.home.base, "name": c.home.unit.Name},
		"last":     object{"site": topCode, "url": c.top.base, "name": c.top.unit.Name},
		"data_dir": k.data, "panel_listen": page, "demo_keys": true, "rating": false})
}

func (k *kiosk) enrol(ctx context.Context, base, code string) error {
	_, err := identity.Enrol(ctx, k.data, base, code)
	return err
}

// hear reads a terminal's log: it says which press a finger has become, and
// which presses home has.
func (c *County) hear(line []byte) {
	var m struct {
		Time  time.Time `json:"time"`
		Msg   string    `json:"msg"`
		Press string    `json:"press"`
		Call  string    `json:"call"`
		Site  string    `json:"site"`
	}
	if !bytes.Contains(line, []byte(`"press`)) || json.Unmarshal(line, &m) != nil || m.Press == "" {
		return
	}
	id, err := call.ParseID(m.Press)
	if err != nil {
		return
	}
	switch {
	case m.Msg == "press":
		of, _ := call.ParseID(m.Call) // a press may be logged before it has a call
		c.book.made(id, of, m.Time)
	case m.Msg == "press is stored at a site" && m.Site == homeCode:
		c.book.acked(id, m.Time)
	}
}

// press is a finger on a key for a moment.
func (k *kiosk) press(ctx context.Context, key call.Key) error {
	for _, down := range []bool{true, false} {
		body, _ := json.Marshal(map[string]any{"key": key, "down": down})
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.page+"/api/key", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", k.page)
		res, err := k.http.Do(req)
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode >= 300 {
			return fmt.Errorf("%s: %s", k.id, res.Status)
		}
		pause(ctx, fingerTime)
	}
	return nil
}

// journaled reads the presses on a kiosk's disk, from a copy: opening a
// journal may mend it.
func (k *kiosk) journaled() (map[call.PressID]*press, error) {
	copied, err := os.MkdirTemp(k.dir, "journal-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(copied)
	if err := os.CopyFS(filepath.Join(copied, "j"), os.DirFS(filepath.Join(k.data, "journal"))); err != nil {
		return nil, err
	}
	j, recs, err := journal.Open(journal.Dir(filepath.Join(copied, "j")), nil)
	if err != nil {
		return nil, err
	}
	defer j.Close()
	out := map[call.PressID]*press{}
	for _, r := range recs {
		var rec core.Record
		if json.Unmarshal(r.Data, &rec) == nil && rec.Pressed != nil {
			p := rec.Pressed
			// The last record of a press tells what it was for.
			out[p.Press] = &press{id: p.Press, call: p.Call, at: p.At, aside: !p.Purpose.Calls()}
		}
	}
	return out, nil
}

// fatten makes a stopped kiosk's journal so long, with records of a kind that
// the terminal passes over, that it is written anew at the next chance.
func (k *kiosk) fatten() error {
	j, _, err := journal.Open(journal.Dir(filepath.Join(k.data, "journal")), nil)
	if err != nil {
		return err
	}
	defer j.Close()
	const foreign = 200 // a kind of record that no program has
	for range 300 {
		if err := j.Append(journal.Record{Kind: foreign, Data: make([]byte, 4000)}); err != nil {
			return err
		}
	}
	return nil
}

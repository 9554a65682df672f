package people

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"

	"huying/hub/view"
	"huying/terminal"
	"huying/terminal/identity"
)

// Kiosks are terminals in this process, each with its own key, journal and
// socket, enrolled at one hub as real ones are.
type Kiosks struct {
	Hub      *Hub   // signed in as an administrator
	Township string // code of the unit the hub serves
	Folder   string // keys and journals
	running  []*terminal.Terminal
}

// Start enrols n kiosks of invented points that are not enrolled yet, runs
// them, and gives the addresses of their pages.
func (k *Kiosks) Start(ctx context.Context, n int) ([]string, error) {
	var pages []string
	for i := range n {
		id := fmt.Sprintf("%s%03d-1", k.Township, 900+i)
		page, err := k.start(ctx, id, fmt.Sprintf("模拟点%02d", i+1))
		if err != nil {
			k.Stop()
			return nil, fmt.Errorf("%s: %w", id, err)
		}
		pages = append(pages, "http://"+page)
	}
	return pages, nil
}

func (k *Kiosks) start(ctx context.Context, id, name string) (string, error) {
	dir := filepath.Join(k.Folder, id)
	if _, err := identity.Load(dir); err != nil {
		if err := k.enrol(ctx, id, name, dir); err != nil {
			return "", err
		}
	}
	t, err := terminal.New(terminal.Config{Kiosk: id, Point: name, Home: terminal.Site{Site: k.Township, URL: k.Hub.Base},
		DataDir: dir, Panel: "127.0.0.1:0", DemoKeys: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return "", err
	}
	if err := t.Start(ctx); err != nil {
		return "", err
	}
	k.running = append(k.running, t)
	return t.Addr(), nil
}

func (k *Kiosks) enrol(ctx context.Context, id, name, dir string) error {
	point := view.Unit{Code: id[:len(id)-2], Name: name}
	// That the point is there already is what an earlier try leaves behind.
	err := k.Hub.Do(ctx, http.MethodPost, "/api/points", map[string]any{"kiosk": id, "point": point}, nil)
	var code struct {
		Code string `json:"code"`
	}
	if again := k.Hub.Do(ctx, http.MethodPost, "/api/points/"+id+"/enrolment", struct{}{}, &code); again != nil {
		return fmt.Errorf("%w; %w", again, err)
	}
	_, err = identity.Enrol(ctx, dir, k.Hub.Base, code.Code)
	return err
}

// Stop ends them all.
func (k *Kiosks) Stop() {
	for _, t := range k.running {
		t.Stop()
	}
}

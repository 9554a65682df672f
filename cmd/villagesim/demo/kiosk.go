package demo

import (
	"context"
	"net/http"
	"os"
	"path/filepath"

	"huying/cmd/villagesim/people"
	"huying/terminal/identity"
)

func kioskData(folder string) string { return filepath.Join(folder, "data") }

// enrolled reports whether a kiosk has been registered at an earlier start.
func enrolled(folder string) bool {
	_, err := os.Stat(filepath.Join(kioskData(folder), "enrolment.json"))
	return err == nil
}

// enrol registers a kiosk as an administrator and a helper at the kiosk would:
// the hub gives a one-time code, the kiosk makes its key and hands it in.
func (r *running) enrol(ctx context.Context, folder string, v village, home *site) error {
	hub := people.NewHub(home.url(r.opt.Host))
	if err := hub.SignIn(ctx, "guanli", Password); err != nil {
		return err
	}
	var code struct {
		Code string `json:"code"`
	}
	if err := hub.Do(ctx, http.MethodPost, "/api/points/"+v.kiosk()+"/enrolment", struct{}{}, &code); err != nil {
		return err
	}
	_, err := identity.Enrol(ctx, kioskData(folder), hub.Base, code.Code)
	return err
}

// kioskSettings are those of one kiosk; the numbers are invented.
func (r *running) kioskSettings(i int, v village, home *site, folder string) object {
	top := r.sites[0]
	return object{"kiosk": v.kiosk(), "point": v.unit.Name, "township": home.unit.Name,
		"home":     object{"site": home.unit.Code, "url": home.url(r.opt.Host), "name": home.unit.Name + "便民服务大厅"},
		"last":     object{"site": top.unit.Code, "url": top.url(r.opt.Host), "name": top.unit.Name + "指挥中心"},
		"data_dir": kioskData(folder), "panel_listen": join("127.0.0.1", r.kioskPort(i)), "demo_keys": true,
		"phones": []object{{"label": home.unit.Name + "大厅（虚构）", "number": "0794-0000001"},
			{"label": "县指挥中心（虚构）", "number": "0794-0000002"}}}
}

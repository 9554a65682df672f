package hub

import (
	"context"
	"crypto/tls"
	"net/http"

	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/hub/uplink"
	"huying/internal/call"
)

// registrar makes a kiosk known here and above as soon as it is registered.
type registrar struct {
	*directory.Registrar
	app *App
}

// Add registers a kiosk.
func (r *registrar) Add(ctx context.Context, k directory.Kiosk) (directory.Kiosk, error) {
	k, err := r.Registrar.Add(ctx, k)
	return k, r.after(ctx, k, err)
}

// Redeem enrols a kiosk.
func (r *registrar) Redeem(ctx context.Context, code, publicKey, address string) (directory.Kiosk, error) {
	k, err := r.Registrar.Redeem(ctx, code, publicKey, address)
	return k, r.after(ctx, k, err)
}

// Revoke ends the trust in a kiosk's key here and above, and its lines.
// Only a kiosk's home may: it would make the kiosk known above again.
func (r *registrar) Revoke(ctx context.Context, id string) error {
	if home, ok := r.app.cfg.home(id); ok && string(home) != r.app.cfg.Unit.Code {
		return refusal.New(refusal.ForeignKiosk, "这台终端由下级站点管理，请到它所属乡镇的站点吊销。")
	}
	if err := r.Registrar.Revoke(ctx, id); err != nil {
		return err
	}
	k, err := r.Kiosk(ctx, id)
	return r.after(ctx, k, err)
}

func (r *registrar) after(ctx context.Context, k directory.Kiosk, err error) error {
	if err != nil {
		return err
	}
	if r.app.up != nil {
		r.app.up.Announce(k)
	}
	r.app.learnt(context.WithoutCancel(ctx))
	return nil
}

// learnt reads the places again and shows the new point.
func (a *App) learnt(ctx context.Context) {
	a.kiosks.Look()
	if err := a.places.refresh(ctx); err != nil {
		a.log.Error("places not read again", "error", err)
		return
	}
	a.desk.PlacesChanged()
}

func (a *App) below(standby *directory.Standby) http.Handler {
	secrets := map[call.Site]string{}
	for _, c := range a.cfg.Children {
		secrets[call.Site(c.Unit.Code)] = c.Secret
	}
	a.down = uplink.NewServer(uplink.ServerConfig{Children: secrets, Peers: a.desk, Kiosks: a.store, Registry: standby,
		Changed: func() { a.learnt(context.Background()) }, Unproven: a.meter.unproven.Inc, Log: a.log})
	return a.down
}

func (a *App) above(tlsAbove *tls.Config) {
	p := a.cfg.Parent
	if p == nil {
		return
	}
	a.up = uplink.NewClient(socketURL(p.URL, "/uplink"), call.Site(a.cfg.Unit.Code), call.Site(p.Unit.Code), p.Secret,
		a.desk, a.store, a.log)
	a.up.TLS = tlsAbove
	a.up.Start()
}

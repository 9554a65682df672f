package hub

import (
	"context"
	"crypto/ed25519"
	"sync/atomic"

	"huying/hub/directory"
	"huying/hub/view"
	"huying/internal/call"
	"huying/internal/wire"
)

// places are the names of units and points, read from the directory and kept
// in memory: the path from press to ring never waits for a database.
type places struct {
	store directory.Kiosks
	known []view.Unit // from the settings
	now   atomic.Pointer[atlas]
}

type atlas struct {
	kiosks map[string]directory.Kiosk
	ids    []string
	units  map[string]view.Unit
}

func newPlaces(store directory.Kiosks, known ...view.Unit) *places {
	p := &places{store: store, known: known}
	p.now.Store(&atlas{})
	return p
}

// refresh reads the directory again, after a kiosk was added or learnt.
func (p *places) refresh(ctx context.Context) error {
	all, err := p.store.AllKiosks(ctx)
	if err != nil {
		return err
	}
	a := &atlas{kiosks: map[string]directory.Kiosk{}, units: map[string]view.Unit{}}
	for _, k := range all {
		a.kiosks[k.ID] = k
		a.ids = append(a.ids, k.ID)
		a.units[k.Point.Code] = view.Unit{Code: k.Point.Code, Name: k.Point.Name}
		a.units[k.Township.Code] = view.Unit{Code: k.Township.Code, Name: k.Township.Name}
	}
	for _, u := range p.known {
		a.units[u.Code] = u
	}
	p.now.Store(a)
	return nil
}

// Point says where a kiosk stands.
func (p *places) Point(kiosk string) (point, township view.Unit, ok bool) {
	k, ok := p.now.Load().kiosks[kiosk]
	if !ok {
		return view.Unit{Code: kiosk, Name: kiosk}, view.Unit{}, false
	}
	return view.Unit{Code: k.Point.Code, Name: k.Point.Name}, view.Unit{Code: k.Township.Code, Name: k.Township.Name}, true
}

// unproven reports whether a press was not signed by its kiosk's key. Of one
// that is older than the key nothing can be told: it was signed by an earlier
// one.
func (p *places) unproven(of call.ID, f call.Pressed) bool {
	k, ok := p.now.Load().kiosks[of.Kiosk]
	if !ok || len(k.PublicKey) != ed25519.PublicKeySize || f.At.Before(k.EnrolledAt) {
		return false
	}
	id := call.PressID{Kiosk: of.Kiosk, Mark: f.Mark}
	return !ed25519.Verify(k.PublicKey, wire.PressText(id, of, f.Key, f.Purpose), f.Sig)
}

// Unit names a unit.
func (p *places) Unit(code string) view.Unit {
	if u, ok := p.unit(code); ok {
		return u
	}
	return view.Unit{Code: code, Name: code}
}

func (p *places) unit(code string) (view.Unit, bool) {
	u, ok := p.now.Load().units[code]
	return u, ok
}

// revoked reports whether a kiosk's key is not believed any more.
func (p *places) revoked(kiosk string) bool { return p.now.Load().kiosks[kiosk].Revoked }

// Kiosks lists all kiosks in the order of their ids.
func (p *places) Kiosks() []string { return p.now.Load().ids }

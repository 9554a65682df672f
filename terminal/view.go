package terminal

import (
	"time"

	"huying/internal/kiosk"
	"huying/internal/wire"
	"huying/terminal/panel"
)

// firstView is what the page shows until anything happens.
func (c Config) firstView() panel.View {
	phones := make([]panel.Phone, 0, len(c.Phones))
	for _, p := range c.Phones {
		phones = append(phones, panel.Phone{Label: p.Label, Number: p.Number})
	}
	return panel.View{State: panel.Idle, Phones: phones, Point: c.Point, Township: c.Township, DemoKeys: c.DemoKeys, Version: c.Version, Faults: []panel.Fault{}}
}

func powerView(p *wire.Power) *panel.Power {
	if p == nil {
		return nil
	}
	return &panel.Power{Mains: p.Mains, Percent: p.Percent}
}

// view says in the page's words what the kiosk knows.
func (c Config) view(p kiosk.Panel) panel.View {
	v := c.firstView()
	v.State, v.Key = panel.State(p.State), string(p.Key)
	v.WaitedMS, v.Held = int64(p.Waited/time.Millisecond), p.Held
	v.Down, v.Quiet, v.Volume = p.Down, p.Quiet, c.Told.Volume
	v.Home, v.County = p.Home, p.Last
	if p.State != kiosk.Idle {
		v.Call = p.Call.String()
	}
	if g := p.Grant; g.Epoch != 0 && (g.Live || p.State == kiosk.WrapUp) {
		v.Answerer = &panel.Answerer{Name: g.Person.Name, Post: g.Person.Post, Site: c.siteName(g.Site)}
	}
	if p.Media != nil && p.Grant.Live {
		v.Media = &panel.Media{URL: p.Media.URL, Token: p.Media.Token}
	}
	return v
}

package terminal

import (
	"huying/internal/call"
	"huying/internal/wire"
)

// events are what the lines tell.
type events struct {
	t    *Terminal
	base uint64 // added to the numbers of connections
}

func (e events) Up(site call.Site, conn uint64) {
	e.t.met.up.WithLabelValues(string(site)).Set(1)
	e.t.tell(lineUp{site, conn + e.base})
}

func (e events) Down(site call.Site, conn uint64, why string) {
	e.t.met.up.WithLabelValues(string(site)).Set(0)
	e.t.tell(lineDown{site, conn + e.base, why})
}

func (e events) Frame(site call.Site, conn uint64, f wire.Frame) {
	e.t.tell(arrived{site, conn + e.base, f})
}

func (e events) Wrote(site call.Site, f wire.Frame) { e.t.met.wrote(site, f) }

// Command villagesim is the villages of a county without the villages: it
// lives whole counties in virtual time and checks what they promise.
//
//	villagesim simulate -from 1 -seeds 20000
package main

import (
	"github.com/alecthomas/kong"
)

type commands struct {
	Simulate simulate   `cmd:"" help:"Live counties in virtual time, one for each seed, and check the invariants."`
	Press    pressing   `cmd:"" help:"Let invented villagers press, talk and be answered at a hub."`
	Demo     demoCounty `cmd:"" help:"Start a small county on this machine: three hubs, six kiosks."`
	Line     badLines   `cmd:"" help:"Run a small county on bad lines and account for every press; needs root."`
	Thin     thinLine   `cmd:"" help:"Hold talks over thin lines and tell how much of them is heard; needs root and Chromium."`
}

func main() {
	var c commands
	k := kong.Must(&c,
		kong.Name("villagesim"),
		kong.Description("Kiosks that nobody has to walk to."),
		kong.Vars{"mutants": mutantNames()},
		kong.UsageOnError())
	ctx, err := k.Parse(longFlags())
	k.FatalIfErrorf(err)
	k.FatalIfErrorf(ctx.Run())
}

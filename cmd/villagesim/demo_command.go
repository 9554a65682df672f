package main

import (
	"os"

	"huying/cmd/villagesim/demo"
)

// demoCounty starts a small county on this machine.
type demoCounty struct {
	Data string `default:"var/demo" help:"Folder that is kept between starts."`
	Bin  string `default:"bin" help:"Folder of the programs hub and terminal."`
	Host string `default:"127.0.0.1" help:"Address of everything."`
	Port int    `default:"8100" help:"Port of the county; townships and kiosks follow."`
	Calm bool   `help:"Let nobody press by itself in 鳌溪镇."`
}

// Run stays until it is interrupted.
func (d demoCounty) Run() error {
	return demo.Run(demo.Options{Data: d.Data, Bin: d.Bin, Host: d.Host, Port: d.Port, Calm: d.Calm, Out: os.Stdout})
}

package demo

import (
	"fmt"
	"net"
)

// checkPorts refuses a start on ports that another program has: it would
// answer in our stead, and the county would be half of two.
func (r *running) checkPorts() error {
	var addresses []string
	for i, s := range r.sites {
		addresses = append(addresses, join(r.opt.Host, s.port), join("127.0.0.1", r.metricsPort(i)))
	}
	for i := range villages {
		addresses = append(addresses, join("127.0.0.1", r.kioskPort(i)))
	}
	for _, a := range addresses {
		ln, err := net.Listen("tcp", a)
		if err != nil {
			return fmt.Errorf("地址 %s 已有程序在用，请先停掉它，或用 --port 换一组端口 (address in use, choose another --port): %w", a, err)
		}
		_ = ln.Close()
	}
	return nil
}

// metricsPort follows the kiosks' ports, so that one range serves all.
func (r *running) metricsPort(i int) int { return r.opt.Port + 21 + i }

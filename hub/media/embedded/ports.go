package embedded

import (
	"fmt"
	"net"
	"net/netip"

	"huying/hub/media"
)

// choosePorts fills in a free UDP port where none was asked for, proves that
// the ports asked for are free, and picks a loopback port for signalling.
//
// LiveKit takes port numbers, not sockets, so each port is bound here and let
// go again; Start tries anew if somebody else was faster. Proving it first also
// matters because LiveKit leaks its UDP socket when its TCP port is taken.
func choosePorts(c media.Config) (media.Config, int, error) {
	ip, err := netip.ParseAddr(c.NodeIP)
	if err != nil {
		return c, 0, err
	}
	if !isLocal(ip) {
		ip = netip.IPv4Unspecified()
	}
	udp, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(c.UDPPort))))
	if err != nil {
		return c, 0, taken("media.udp_port", c.UDPPort, err)
	}
	defer udp.Close()
	c.UDPPort = udp.LocalAddr().(*net.UDPAddr).Port
	if c.TCPPort != 0 {
		tcp, err := net.Listen("tcp", fmt.Sprintf(":%d", c.TCPPort))
		if err != nil {
			return c, 0, taken("media.tcp_port", c.TCPPort, err)
		}
		defer tcp.Close()
	}
	signal, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return c, 0, taken("", 0, err)
	}
	defer signal.Close()
	return c, signal.Addr().(*net.TCPAddr).Port, nil
}

func taken(field string, port int, err error) *media.Error {
	return &media.Error{Code: media.CodePort, Field: field, Err: err,
		Sentence: fmt.Sprintf("端口 %d 不能使用，可能已被别的程序占用；请换一个端口，udp_port 也可以写 0 任选", port)}
}

package embedded

import (
	"encoding/json"
	"net"
	"net/netip"

	"huying/hub/media"
)

// nobody is what clients are given in place of a STUN server: their own
// discard port. With no STUN and no TURN server configured, LiveKit hands out
// Google's and Twilio's (iceServersForParticipant in its roommanager.go),
// whether rtc.node_ip is set or not; an empty list does not prevent it. Clients
// need no STUN here, because they talk to an address that is known.
const nobody = "127.0.0.1:9"

// settings is LiveKit's configuration file as text. JSON is YAML, so no value
// needs quoting by hand.
func settings(c media.Config, signalPort int) (string, error) {
	rtc := map[string]any{
		"node_ip":         c.NodeIP,
		"use_external_ip": false, // true asks a STUN server
		"udp_port":        c.UDPPort,
		"tcp_port":        c.TCPPort, // 0 must be written: the default is 7881
		"stun_servers":    []string{nobody},
	}
	ip, err := netip.ParseAddr(c.NodeIP)
	if err != nil {
		return "", err
	}
	if ip.IsLoopback() {
		rtc["enable_loopback_candidate"] = true
	}
	if isLocal(ip) {
		// Binds and offers this address only. Behind a NAT the address is not
		// ours: then every address is bound and node_ip is offered for it.
		rtc["ips"] = map[string]any{"includes": []string{netip.PrefixFrom(ip, ip.BitLen()).String()}}
	}
	text, err := json.Marshal(map[string]any{
		"port":           signalPort,
		"bind_addresses": []string{"127.0.0.1"},
		"keys":           map[string]string{c.Key: c.Secret},
		"rtc":            rtc,
		// Only the hub opens rooms.
		"room": map[string]any{"auto_create": false},
		// Its TURN server hard-codes port 443 and refuses private peers.
		"turn": map[string]any{"enabled": false},
	})
	return string(text), err
}

func isLocal(ip netip.Addr) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range addresses {
		if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr() == ip {
			return true
		}
	}
	return false
}

package media

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// The two ways to have LiveKit.
const (
	ModeEmbedded = "embedded" // started inside the hub's process
	ModeExternal = "external" // a server or cluster run by somebody else
)

// minSecret is LiveKit's own recommendation for the signing secret, in bytes.
const minSecret = 32

// Config says where voice and picture come from. The zero value, validated,
// is an embedded server on a free UDP port of this machine's first address.
type Config struct {
	// Mode is ModeEmbedded (also when empty) or ModeExternal.
	Mode string `koanf:"mode"`
	// URL is the external server's address, http, https, ws or wss; the hub
	// calls it and hands it to kiosks and browsers. Not used when embedded:
	// there, clients connect below /rtc on the hub's own address.
	URL string `koanf:"url"`
	// Key and Secret sign the tokens. Both may be empty when embedded: the
	// server then makes a pair for its own lifetime.
	Key    string `koanf:"key"`
	Secret string `koanf:"secret"`
	// NodeIP is the address at which kiosks and browsers reach this machine's
	// UDP port; embedded only. Empty means LocalIP. It is never looked up
	// through a STUN server.
	NodeIP string `koanf:"node_ip"`
	// UDPPort carries all sound and pictures of the embedded server, on one
	// port so that a firewall needs one rule. 0 takes any free port, which lets
	// several hubs run on one machine.
	UDPPort int `koanf:"udp_port"`
	// TCPPort is the way for clients whose network drops UDP; embedded only.
	// 0 switches it off. LiveKit binds it on every interface.
	TCPPort int `koanf:"tcp_port"`
}

// Validate returns the configuration with defaults filled in, or an *Error
// with CodeConfig that names the field.
func (c Config) Validate() (Config, error) {
	c.Mode = strings.TrimSpace(c.Mode)
	if c.Mode == "" {
		c.Mode = ModeEmbedded
	}
	switch c.Mode {
	case ModeEmbedded:
		return c.validateEmbedded()
	case ModeExternal:
		return c.validateExternal()
	}
	return c, bad("media.mode", "不认识的方式 %q，请写 embedded（随本程序启动）或 external（使用已有的 LiveKit）", c.Mode)
}

func (c Config) validateEmbedded() (Config, error) {
	if c.URL != "" {
		return c, bad("media.url", "embedded 方式不需要地址，请删去这一项，或把 media.mode 改为 external")
	}
	if (c.Key == "") != (c.Secret == "") {
		return c, bad("media.secret", "media.key 与 media.secret 必须同时填写，或都不填由程序生成")
	}
	if c.Secret != "" && len(c.Secret) < minSecret {
		return c, bad("media.secret", "密钥太短，至少 %d 个字符，或删去 media.key 与 media.secret 由程序生成", minSecret)
	}
	if c.NodeIP == "" {
		c.NodeIP = LocalIP().String()
	}
	addr, err := netip.ParseAddr(c.NodeIP)
	if err != nil || addr.IsUnspecified() || addr.IsMulticast() || addr.Zone() != "" {
		return c, bad("media.node_ip", "%q 不是可用的地址，请填写终端和浏览器能够访问的本机地址，例如 10.1.2.3", c.NodeIP)
	}
	c.NodeIP = addr.Unmap().String()
	if c.UDPPort < 0 || c.UDPPort > 65535 {
		return c, bad("media.udp_port", "端口 %d 超出范围，请填写 1 至 65535，0 表示任选空闲端口", c.UDPPort)
	}
	if c.TCPPort < 0 || c.TCPPort > 65535 {
		return c, bad("media.tcp_port", "端口 %d 超出范围，请填写 1 至 65535，0 表示不用", c.TCPPort)
	}
	return c, nil
}

func (c Config) validateExternal() (Config, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return c, bad("media.url", "%q 不是 LiveKit 的地址，请写成 wss://主机:端口", c.URL)
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
	default:
		return c, bad("media.url", "地址须以 ws、wss、http 或 https 开头，现在是 %q", u.Scheme)
	}
	if c.Key == "" {
		return c, bad("media.key", "external 方式必须填写 LiveKit 的 API key")
	}
	if c.Secret == "" {
		return c, bad("media.secret", "external 方式必须填写 LiveKit 的 API secret")
	}
	for field, set := range map[string]bool{
		"media.node_ip": c.NodeIP != "", "media.udp_port": c.UDPPort != 0, "media.tcp_port": c.TCPPort != 0,
	} {
		if set {
			return c, bad(field, "external 方式不使用这一项，请删去，或把 media.mode 改为 embedded")
		}
	}
	c.URL = strings.TrimRight(c.URL, "/")
	return c, nil
}

func bad(field, format string, args ...any) *Error {
	return &Error{Code: CodeConfig, Field: field, Sentence: fmt.Sprintf(format, args...)}
}

// LocalIP is the first IPv4 address of an interface that is up, 127.0.0.1 if
// this machine has only itself. It asks the kernel, nobody else. On a machine
// in several networks (or with container bridges) set Config.NodeIP instead.
func LocalIP() netip.Addr {
	loopback := netip.AddrFrom4([4]byte{127, 0, 0, 1})
	interfaces, err := net.Interfaces()
	if err != nil {
		return loopback
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := i.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addresses {
			prefix, err := netip.ParsePrefix(a.String())
			if err == nil && prefix.Addr().Is4() && !prefix.Addr().IsLinkLocalUnicast() {
				return prefix.Addr()
			}
		}
	}
	return loopback
}

package terminal

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"huying/firmware-bridge/handover"
	"huying/firmware-bridge/input"
	"huying/internal/call"
	allowed "huying/internal/settings"
	"huying/terminal/hardware"
	"huying/terminal/link"
	"huying/terminal/panel"
	"huying/terminal/power"
)

// Config is what a terminal must know. Fields with a koanf tag are settings;
// the others are given by the program that starts it.
type Config struct {
	Kiosk        string   `koanf:"kiosk"`          // the kiosk's id, such as 361025105207-1
	Point        string   `koanf:"point"`          // name of the village
	Township     string   `koanf:"township"`       // name of the township
	Home         Site     `koanf:"home"`           // its township's hub
	Last         Site     `koanf:"last"`           // the last resort, the county's hub; none where Home is the top
	DataDir      string   `koanf:"data_dir"`       // journal, key and enrolment
	Panel        string   `koanf:"panel_listen"`   // 127.0.0.1:port of the kiosk page
	Metrics      string   `koanf:"metrics_listen"` // 127.0.0.1:port for Prometheus; empty: none
	MediaOrigins []string `koanf:"media_origins"`  // voice servers that are not at a site's own address
	Screen       bool     `koanf:"screen"`         // a page stands on this kiosk's screen: its death is a fault
	Voice        Voice    `koanf:"voice"`          // the terminal itself speaks; otherwise the page does
	Rating       bool     `koanf:"rating"`         // after a talk the keys rate it
	DemoKeys     bool     `koanf:"demo_keys"`      // the page's own keys press
	ReleaseKey   string   `koanf:"release_key"`    // file (PEM) with the county's public release key; none there: no updates
	Phones       []Phone  `koanf:"phones"`         // to be shown when no line is left

	UpdateSettle time.Duration `koanf:"update_settle"` // after the last call, before an update is installed; 0: update.DefaultTimes
	UpdateRate   int           `koanf:"update_rate"`   // KiB a second while a package is fetched; 0: update.DefaultRate

	GPIO  hardware.GPIO    `koanf:"gpio"`  // keys on GPIO lines; none without a chip
	MCU   hardware.MCU     `koanf:"mcu"`   // keys and lamps on a microcontroller; none without a port
	Evdev []hardware.Evdev `koanf:"evdev"` // keys of input devices
	Lamps hardware.Lamps   `koanf:"lamps"` // lamps and buzzer on GPIO lines

	Loops   map[input.Key]Pulser       // wired loops for the keys' self-test
	Power   func() (power.State, bool) // nil: the kernel's power_supply class
	Pages   fs.FS                      // the built pages, see package web
	Inputs  []input.Input              // further keys; Stop closes them
	Keeper  *handover.Keeper           // who keeps the keys' lines open over a restart; nil: nobody
	Log     *slog.Logger               // nil: slog.Default
	Version string

	Told          allowed.Values   // what the hub told from afar and is in force; New sets it
	TrialPatience time.Duration    // for lines after a change from afar; 0: settings.Patience
	Clock         func() time.Time // the machine's clock; nil: time.Now
}

// Site is a hub and where it is.
type Site struct {
	Site string `koanf:"site"` // code of its administrative unit
	URL  string `koanf:"url"`  // ws://host:port or wss://host
	Name string `koanf:"name"` // shown to villagers; empty: the code
	Root string `koanf:"root"` // file (PEM) with the hub's own authority; empty: the system's
}

// Phone is a number for when no line is left.
type Phone struct {
	Label  string `koanf:"label"`
	Number string `koanf:"number"`
}

// FieldError is a setting that cannot be used; its text is for people.
type FieldError struct {
	Field  string // as in the file: home.url
	Remedy string // Chinese
}

func (e *FieldError) Error() string { return fmt.Sprintf("配置项 %s：%s", e.Field, e.Remedy) }

// Validate reports every setting that cannot be used, as joined FieldErrors.
func (c Config) Validate() error {
	var found []error
	refuse := func(field, remedy string) { found = append(found, &FieldError{field, remedy}) }
	if !call.ValidKiosk(c.Kiosk) {
		refuse("kiosk", "终端编号应为 1 到 40 个小写字母、数字或短横；未登记的终端请先运行“terminal enrol”。")
	}
	if c.Home.Site == "" {
		refuse("home.site", "没有写明本乡镇站点的单位代码；未登记的终端请先运行“terminal enrol”。")
	}
	found = append(found, c.Home.validate("home", c.Kiosk), c.Last.validate("last", c.Kiosk), c.Voice.validate())
	if c.Last.Site != "" && c.Last.Site == c.Home.Site {
		refuse("last.site", "不能和 home.site 相同：没有上级站点时请删去 last。")
	}
	if c.DataDir == "" {
		refuse("data_dir", "没有写明数据文件夹。")
	}
	if err := panel.Loopback(c.Panel); err != nil {
		refuse("panel_listen", err.Error())
	}
	if err := panel.Loopback(c.Metrics); c.Metrics != "" && err != nil {
		refuse("metrics_listen", err.Error())
	}
	for i, p := range c.Phones {
		if p.Label == "" || p.Number == "" {
			refuse(fmt.Sprintf("phones[%d]", i), "label 和 number 都要写。")
		}
	}
	for i, o := range c.MediaOrigins {
		if !origin(o) {
			refuse(fmt.Sprintf("media_origins[%d]", i), "应写成 wss://主机 或 ws://主机:端口，后面没有路径。")
		}
	}
	for _, p := range c.Hardware().Check() {
		refuse(p.Field, p.Remedy)
	}
	c.checkUpdates(refuse)
	return errors.Join(found...)
}

func (s Site) validate(field, kiosk string) error {
	if s == (Site{}) {
		return nil
	}
	if s.Site != "" {
		if err := call.Site(s.Site).Validate(); err != nil {
			return &FieldError{field + ".site", "单位代码不合规则，应为行政区划代码，如 361025105。"}
		}
	} else if field == "last" {
		return &FieldError{field + ".site", "没有写明上级站点的单位代码；没有上级站点时请删去 last。"}
	}
	if _, err := link.Address(s.URL, kiosk); err != nil {
		return &FieldError{field + ".url", "应写成 ws://主机:端口 或 wss://主机。"}
	}
	return nil
}

// origin reports whether s is a scheme and a host and nothing else.
func origin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && s == u.Scheme+"://"+u.Host &&
		(u.Scheme == "ws" || u.Scheme == "wss" || u.Scheme == "http" || u.Scheme == "https")
}

// Hardware is what is wired where.
func (c Config) Hardware() hardware.Settings {
	return hardware.Settings{GPIO: c.GPIO, MCU: c.MCU, Evdev: c.Evdev, Lamps: c.Lamps}
}

// sites lists the hubs in the order in which the kiosk turns to them.
func (c Config) sites() []Site {
	if c.Last.Site == "" {
		return []Site{c.Home}
	}
	return []Site{c.Home, c.Last}
}

// siteName is what villagers are shown for a site.
func (c Config) siteName(code call.Site) string {
	for _, s := range c.sites() {
		if s.Site == string(code) && s.Name != "" {
			return s.Name
		}
	}
	return string(code)
}

// allowsMedia reports whether the page may talk to a voice server.
func (c Config) allowsMedia(address string) bool {
	u, err := url.Parse(address)
	return err == nil && slices.Contains(c.connects(), u.Scheme+"://"+u.Host)
}

// connects lists the origins that the page may talk to: livekit-client asks
// over HTTP and talks over WebSocket, by default at the sites' own addresses.
func (c Config) connects() []string {
	var out []string
	add := func(u *url.URL) {
		hosts := []string{u.Host}
		if port := u.Port(); u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" {
			hosts = []string{"127.0.0.1:" + port, "localhost:" + port} // one machine, two names
		}
		schemes := []string{"wss", "https"}
		if u.Scheme == "ws" || u.Scheme == "http" {
			schemes = []string{"ws", "http"}
		}
		for _, h := range hosts {
			for _, s := range schemes {
				out = append(out, s+"://"+h)
			}
		}
	}
	for _, s := range c.sites() {
		if u, err := url.Parse(s.URL); err == nil {
			add(u)
		}
	}
	for _, o := range c.MediaOrigins {
		if u, err := url.Parse(o); err == nil {
			add(u)
		}
	}
	return out
}

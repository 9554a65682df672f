package hub

import (
	"fmt"
	"net"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"huying/hub/auth"
	"huying/hub/media"
	"huying/hub/view"
	"huying/internal/call"
)

// Config is what a hub is told by its settings file. docs/manual has an
// example with every key.
type Config struct {
	Unit        view.Unit    `koanf:"unit"`
	Listen      string       `koanf:"listen"`       // address of the pages and sockets
	PublicURL   string       `koanf:"public_url"`   // how browsers and kiosks reach Listen
	Origins     []string     `koanf:"origins"`      // further origins of pages; usually none
	Data        string       `koanf:"data"`         // folder of the hub's own data
	DatabaseURL string       `koanf:"database_url"` // empty: the hub runs a PostgreSQL of its own
	Parent      *Neighbour   `koanf:"parent"`       // the site above; absent at the top
	Children    []Neighbour  `koanf:"children"`     // the sites below
	Media       media.Config `koanf:"media"`
	Metrics     string       `koanf:"metrics"` // loopback address of the metrics; empty: none
	Demo        bool         `koanf:"demo"`
	Seed        string       `koanf:"seed"` // file with people and points to add at start
	Ladders     []LadderStep `koanf:"ladders"`
	TLS         TLS          `koanf:"tls"`
	ReleaseKey  string       `koanf:"release_key"` // file with the county's public release key; empty: the kiosks alone check
}

// Neighbour is another site and the secret that both share.
type Neighbour struct {
	Unit   view.Unit `koanf:"unit"`
	URL    string    `koanf:"url"` // of the site above
	Secret string    `koanf:"secret"`
	Root   string    `koanf:"root"` // file (PEM) with the root of the site above; empty: the system knows it
}

// LadderStep is one rung of a ladder other than the default one.
type LadderStep struct {
	Key   string        `koanf:"key"`
	After time.Duration `koanf:"after"`
	Posts []string      `koanf:"posts"`
}

// minSecret is the shortest secret between sites, in bytes.
const minSecret = 16

// ReadConfig reads a settings file. An unknown key is an error, for a
// misspelt one would otherwise be a setting that silently does not hold.
func ReadConfig(path string) (Config, error) {
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
		return Config{}, fmt.Errorf("设置文件 %s 读不了，请检查路径和格式: %w", path, err)
	}
	var c Config
	err := k.UnmarshalWithConf("", &c, koanf.UnmarshalConf{Tag: "koanf", DecoderConfig: &mapstructure.DecoderConfig{
		Result: &c, TagName: "koanf", ErrorUnused: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(durationsInWords, mapstructure.StringToTimeDurationHookFunc())}})
	if err != nil {
		return Config{}, fmt.Errorf("设置文件 %s 有不认识的或写错的项，请对照手册更正: %w", path, err)
	}
	return c.Validate()
}

// durationsInWords refuses a bare number for a duration: 10 would be ten
// nanoseconds.
func durationsInWords(from, to reflect.Type, v any) (any, error) {
	if to == reflect.TypeFor[time.Duration]() && from.Kind() != reflect.String && from != to {
		return nil, fmt.Errorf("时间要带单位，如 10s，不能写 %v", v)
	}
	return v, nil
}

func wrong(field, remedy string) error { return fmt.Errorf("设置 %s 不对: %s", field, remedy) }

// Validate checks the settings and fills in what may be left out.
func (c Config) Validate() (Config, error) {
	if !auth.ValidUnit(c.Unit.Code) || c.Unit.Name == "" {
		return c, wrong("unit", "请填写本级单位的行政区划代码和名称")
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return c, wrong("listen", "请写成 地址:端口，如 0.0.0.0:8080")
	}
	if c.Data == "" && c.DatabaseURL == "" {
		return c, wrong("data", "请指定数据文件夹，或用 database_url 指定数据库")
	}
	if err := c.validateAddresses(); err != nil {
		return c, err
	}
	if c.Metrics != "" {
		host, _, err := net.SplitHostPort(c.Metrics)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			return c, wrong("metrics", "只能是本机地址，如 127.0.0.1:9090")
		}
	}
	if err := c.validateNeighbours(); err != nil {
		return c, err
	}
	var err error
	if c.TLS, err = c.TLS.validate(c); err != nil {
		return c, err
	}
	if _, err := c.ladders(); err != nil {
		return c, err
	}
	m, err := c.Media.Validate()
	c.Media = m
	return c, err
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// validateAddresses checks how browsers and kiosks reach the hub.
func (c Config) validateAddresses() error {
	host, _, _ := net.SplitHostPort(c.Listen) // checked by the caller
	ip := net.ParseIP(host)
	if c.PublicURL == "" && (host == "" || ip != nil && ip.IsUnspecified()) {
		return wrong("public_url", "listen 监听全部地址时，必须写明浏览器和终端用的网址，如 https://主机:端口")
	}
	if c.PublicURL != "" && !webAddress(c.PublicURL) {
		return wrong("public_url", "请写成 https://主机:端口")
	}
	for i, o := range c.Origins {
		if !webAddress(o) {
			return wrong(fmt.Sprintf("origins[%d]", i), "请写成 https://主机:端口，不带路径")
		}
	}
	return nil
}

func (c Config) validateNeighbours() error {
	if p := c.Parent; p != nil {
		if !auth.Covers(p.Unit.Code, c.Unit.Code) || p.Unit.Code == c.Unit.Code {
			return wrong("parent.unit", "上级单位的代码必须包含本级，如 361025 包含 361025105")
		}
		if p.Unit.Name == "" {
			return wrong("parent.unit", "请填写上级单位的名称")
		}
		if !webAddress(p.URL) {
			return wrong("parent.url", "请写上级服务器的网址，以 http:// 或 https:// 开头，如 https://主机:端口")
		}
		if len(p.Secret) < minSecret {
			return wrong("parent.secret", "与上级约定的密钥至少 16 个字符")
		}
	}
	seen := map[string]bool{}
	for i, ch := range c.Children {
		at := fmt.Sprintf("children[%d]", i)
		if !auth.Covers(c.Unit.Code, ch.Unit.Code) || ch.Unit.Code == c.Unit.Code || seen[ch.Unit.Code] || ch.Unit.Name == "" {
			return wrong(at+".unit", "下级单位的代码必须以本级代码开头，不能重复，并要写明名称")
		}
		if len(ch.Secret) < minSecret {
			return wrong(at+".secret", "与下级约定的密钥至少 16 个字符")
		}
		seen[ch.Unit.Code] = true
	}
	return nil
}

// ladders gives the default ladders with the keys that the settings replace.
func (c Config) ladders() (call.Ladders, error) {
	l := call.DefaultLadders()
	replaced := map[call.Key]bool{}
	for _, s := range c.Ladders {
		key := call.Key(s.Key)
		if !key.Valid() {
			return nil, wrong("ladders.key", "只能是 urgent 或 enquiry")
		}
		if !replaced[key] {
			replaced[key], l[key] = true, nil
		}
		r := call.Rung{After: s.After}
		for _, p := range s.Posts {
			r.Posts = append(r.Posts, call.Post(p))
		}
		l[key] = append(l[key], r)
	}
	if err := l.Validate(); err != nil {
		return nil, wrong("ladders", err.Error())
	}
	return l, nil
}

// home tells which site a kiosk belongs to: one below if its unit lies there,
// else this one; false if it lies outside.
func (c Config) home(kiosk string) (call.Site, bool) {
	unit, ok := auth.KioskUnit(kiosk)
	if !ok || !auth.Covers(c.Unit.Code, unit) {
		return "", false
	}
	for _, ch := range c.Children {
		if auth.Covers(ch.Unit.Code, unit) {
			return call.Site(ch.Unit.Code), true
		}
	}
	return call.Site(c.Unit.Code), true
}

// socketURL is the address of a WebSocket under an HTTP address.
func socketURL(base, path string) string {
	return "ws" + strings.TrimPrefix(strings.TrimRight(base, "/"), "http") + path
}

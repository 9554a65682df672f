package terminal

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"huying/terminal/identity"
)

// EnvPrefix begins the name of every setting given by the environment:
// home.url is HUYING_TERMINAL_HOME_URL.
const EnvPrefix = "HUYING_TERMINAL_"

// envConfig names the file itself and is therefore no setting.
const envConfig = EnvPrefix + "CONFIG"

// Defaults are the settings where nothing is said.
func Defaults() Config {
	return Config{DataDir: "/var/lib/huying-terminal", Panel: "127.0.0.1:8370", Rating: true, ReleaseKey: usualReleaseKey}
}

// Load reads the settings: defaults, over them what the hub said at enrolment,
// over it the file (YAML; none if path is empty), over it the environment
// ("NAME=value"). A setting that does not exist is an error; errors name the
// field and the remedy in Chinese. Validate is left to New.
func Load(path string, environ []string) (Config, error) {
	given, err := read(path, environ)
	if err != nil {
		return Config{}, err
	}
	c := Defaults()
	if dir := given.String("data_dir"); dir != "" {
		c.DataDir = dir
	}
	if err := c.enrolled(); err != nil {
		return Config{}, err
	}
	if err := given.Unmarshal("", &c); err != nil {
		return Config{}, fmt.Errorf("配置有误：%w", err)
	}
	return c, nil
}

// DataDir reads the data folder alone, so that a kiosk can be enrolled again
// when what an earlier enrolment left is damaged.
func DataDir(path string, environ []string) (string, error) {
	given, err := read(path, environ)
	if err != nil {
		return "", err
	}
	if dir := given.String("data_dir"); dir != "" {
		return dir, nil
	}
	return Defaults().DataDir, nil
}

// read gives the file with the environment over it, checked.
func read(path string, environ []string) (*koanf.Koanf, error) {
	given := koanf.New(".")
	if path != "" {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("配置文件 %s 打不开：请检查路径和权限（%w）", path, err)
		}
		if err := given.Load(file.Provider(path), yaml.Parser()); err != nil {
			return nil, fmt.Errorf("配置文件 %s 不是正确的 YAML：%w", path, err)
		}
	}
	env, err := fromEnv(environ)
	if err != nil {
		return nil, err
	}
	if err := given.Load(confmap.Provider(env, "."), nil); err != nil {
		return nil, err
	}
	return given, check("", given.Raw(), reflect.TypeFor[Config]())
}

// enrolled fills in what the hub said. A hub that is not the township's own
// serves the township itself, so it is home either way.
func (c *Config) enrolled() error {
	e, err := identity.Enrolled(c.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Kiosk, c.Point, c.Township = e.Kiosk, e.Point.Name, e.Township.Name
	c.Home = Site{Site: e.Site.Code, URL: e.URL, Name: e.Site.Name, Root: e.HomeRoot(c.DataDir)}
	if e.Last != (identity.Hub{}) {
		c.Last = Site{Site: e.Last.Code, URL: e.Last.URL, Name: e.Last.Name, Root: e.LastRoot(c.DataDir)}
	}
	return nil
}

// fromEnv picks the settings out of the environment.
func fromEnv(environ []string) (map[string]any, error) {
	names := map[string]string{}
	for _, key := range scalars("", reflect.TypeFor[Config]()) {
		names[EnvPrefix+strings.ToUpper(strings.ReplaceAll(key, ".", "_"))] = key
	}
	out := map[string]any{}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, EnvPrefix) || name == envConfig {
			continue
		}
		key, ok := names[name]
		if !ok {
			return nil, fmt.Errorf("环境变量 %s 不是配置项：可用的有 %s", name, strings.Join(slices.Sorted(maps.Keys(names)), "、"))
		}
		out[key] = value
	}
	return out, nil
}

// settings gives the settings of a struct by their names in the file.
func settings(t reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("koanf"); tag != "" {
			out[tag] = t.Field(i).Type
		}
	}
	return out
}

// scalars lists the settings that one word can give.
func scalars(prefix string, t reflect.Type) []string {
	var out []string
	for name, ft := range settings(t) {
		switch ft.Kind() {
		case reflect.Struct:
			out = append(out, scalars(prefix+name+".", ft)...)
		case reflect.String, reflect.Bool:
			out = append(out, prefix+name)
		}
	}
	return out
}

// check compares what was given with the shape of the settings.
func check(at string, given any, want reflect.Type) error {
	field := strings.TrimPrefix(at, ".")
	switch want.Kind() {
	case reflect.Struct:
		m, ok := given.(map[string]any)
		if !ok {
			return &FieldError{field, "下面应有若干“名称: 值”。"}
		}
		known := settings(want)
		for _, name := range slices.Sorted(maps.Keys(m)) {
			ft, ok := known[name]
			if !ok {
				return &FieldError{strings.TrimPrefix(at+"."+name, "."),
					"没有这一项，请删去或改正；可用的有 " + strings.Join(slices.Sorted(maps.Keys(known)), "、") + "。"}
			}
			if err := check(at+"."+name, m[name], ft); err != nil {
				return err
			}
		}
	case reflect.Slice:
		list, ok := given.([]any)
		if !ok {
			return &FieldError{field, "应是列表，每项以“- ”开头。"}
		}
		for i, item := range list {
			if err := check(fmt.Sprintf("%s[%d]", at, i), item, want.Elem()); err != nil {
				return err
			}
		}
	case reflect.Bool:
		if s := fmt.Sprint(given); s != "true" && s != "false" {
			return &FieldError{field, "应为 true 或 false。"}
		}
	default:
		switch given.(type) {
		case string, int, int64, uint64: // telephone numbers are often not quoted
		default:
			return &FieldError{field, "应是一段文字，请加上引号。"}
		}
	}
	return nil
}

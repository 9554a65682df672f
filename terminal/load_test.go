package terminal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huying/terminal"
	"huying/terminal/hardware"
)

const whole = `
kiosk: 361025105207-1
point: 流坑村
township: 牛田镇
home: {site: "361025105", url: ws://127.0.0.1:8300, name: 牛田镇便民服务中心}
last: {site: "361025", url: wss://county.example, name: 乐安县指挥中心}
data_dir: /srv/kiosk
panel_listen: 127.0.0.1:8371
metrics_listen: 127.0.0.1:9371
media_origins: [wss://voice.example]
demo_keys: true
phones:
  - {label: 值班室, number: 0794-6660000}
  - {label: 报警, number: 110}
gpio: {chip: pinctrl-bcm2711, red: GPIO17, green: GPIO27}
mcu: {port: /dev/serial/by-id/usb-huying}
evdev:
  - {device: /dev/input/by-id/usb-pedal-event-kbd, red: KEY_ENTER, green: 57}
lamps: {red: GPIO22, buzzer: GPIO24, active_low: true}
`

func write(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "terminal.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadReadsEverything(t *testing.T) {
	c, err := terminal.Load(write(t, whole), []string{
		"HUYING_TERMINAL_HOME_URL=ws://10.0.0.1:1", "HUYING_TERMINAL_DEMO_KEYS=false", "HUYING_TERMINAL_CONFIG=x", "PATH=/bin",
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Home.URL != "ws://10.0.0.1:1" || c.Home.Site != "361025105" || c.DemoKeys {
		t.Errorf("the environment must win over the file: %+v", c)
	}
	if len(c.Phones) != 2 || c.Phones[1].Number != "110" || c.GPIO.Red != "GPIO17" || c.Evdev[0].Green != "57" || !c.Lamps.ActiveLow || c.MCU.Port == "" || c.Last.Name != "乐安县指挥中心" || c.DataDir != "/srv/kiosk" {
		t.Errorf("read %+v", c)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
}

func TestLoadNamesFieldAndRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		text, env, field, says string
	}{
		"unknown":          {text: "kiosk: k-1\nhoem: {site: x}", field: "hoem", says: "没有这一项"},
		"unknown below":    {text: "home: {site: x, adress: y}", field: "home.adress", says: "可用的有 name、root、site、url"},
		"unknown in list":  {text: "phones: [{label: a, number: b, nmber: c}]", field: "phones[0].nmber", says: "没有这一项"},
		"not a bool":       {text: "demo_keys: maybe", field: "demo_keys", says: "true 或 false"},
		"not a list":       {text: "phones: 110", field: "phones", says: "列表"},
		"not a map":        {text: "home: ws://x", field: "home", says: "名称: 值"},
		"not a text":       {text: "kiosk: [a]", field: "kiosk", says: "文字"},
		"unknown variable": {env: "HUYING_TERMINAL_HOME=ws://x", says: "HUYING_TERMINAL_HOME_URL"},
		"broken":           {text: "home: {", says: "YAML"},
	} {
		_, err := terminal.Load(write(t, c.text), []string{c.env})
		var fe *terminal.FieldError
		if err == nil || !strings.Contains(err.Error(), c.says) || c.field != "" && (!errors.As(err, &fe) || fe.Field != c.field) {
			t.Errorf("%s gives %v, want field %s and %q", name, err, c.field, c.says)
		}
	}
	if _, err := terminal.Load("/nowhere.yaml", nil); err == nil || !strings.Contains(err.Error(), "打不开") {
		t.Errorf("no file gives %v", err)
	}
}

func TestValidateNamesEveryField(t *testing.T) {
	c, err := terminal.Load(write(t, whole), nil)
	if err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*terminal.Config){
		"kiosk":            func(c *terminal.Config) { c.Kiosk = "K 1" },
		"home.site":        func(c *terminal.Config) { c.Home.Site = "" },
		"home.url":         func(c *terminal.Config) { c.Home.URL = "ftp://x" },
		"last.site":        func(c *terminal.Config) { c.Last.Site = c.Home.Site },
		"last.url":         func(c *terminal.Config) { c.Last.URL = "" },
		"data_dir":         func(c *terminal.Config) { c.DataDir = "" },
		"panel_listen":     func(c *terminal.Config) { c.Panel = "0.0.0.0:8370" },
		"metrics_listen":   func(c *terminal.Config) { c.Metrics = ":9000" },
		"media_origins[0]": func(c *terminal.Config) { c.MediaOrigins = []string{"wss://x/path; script-src *"} },
		"phones[0]":        func(c *terminal.Config) { c.Phones = []terminal.Phone{{Label: "a"}} },
		"gpio":             func(c *terminal.Config) { c.GPIO.Green = c.GPIO.Red },
		"mcu.port":         func(c *terminal.Config) { c.MCU.Port = "/dev/ttyUSB0" },
		"evdev[0].green":   func(c *terminal.Config) { c.Evdev = []hardware.Evdev{{Device: "/dev/input/by-id/x", Green: "KEY_X_"}} },
		"lamps":            func(c *terminal.Config) { c.Lamps.Red = c.GPIO.Red },
	} {
		spoiled := c
		spoil(&spoiled)
		var fe *terminal.FieldError
		if err := spoiled.Validate(); !errors.As(err, &fe) || fe.Field != field {
			t.Errorf("%s spoiled gives %v", field, err)
		}
	}
}

func TestAnUnenrolledTerminalSaysWhatToDo(t *testing.T) {
	c, err := terminal.Load("", []string{"HUYING_TERMINAL_DATA_DIR=" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := terminal.New(c); err == nil || !strings.Contains(err.Error(), "terminal enrol") {
		t.Errorf("it says %v", err)
	}
}

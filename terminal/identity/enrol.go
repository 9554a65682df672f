package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"huying/internal/call"
	"huying/internal/enrolment"
	allowed "huying/internal/settings"
	"huying/terminal/keep"
	"huying/terminal/settings"
)

// enrolmentFile keeps what the hub said.
const enrolmentFile = "enrolment.json"

// answerWait and maxAnswer bound the hub's answer.
const (
	answerWait = 20 * time.Second
	maxAnswer  = 64 << 10
)

// Unit is an administrative unit or a service point: code and name.
type Unit struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Enrolment is what a kiosk was told when it was registered.
type Enrolment struct {
	Kiosk    string `json:"kiosk"`
	Point    Unit   `json:"point"`
	Township Unit   `json:"township"`
	Site     Unit   `json:"site"` // the unit of the hub that registered it
	// URL is the address under which that hub was reached; it is the site's.
	URL string `json:"url"`
	// Root is the certificate (PEM) by which the kiosk knows the site; empty:
	// the system's authorities, or no encryption.
	Root string `json:"root,omitempty"`
	Last Hub    `json:"last,omitzero"` // the last resort; zero where the site is the top
}

// Hub is another hub than the one that registered a kiosk.
type Hub struct {
	Unit
	URL  string `json:"url"`
	Root string `json:"root,omitempty"` // as Enrolment.Root
}

// The files with the roots, for the terminal and for the kiosk's browser.
const (
	homeRootFile = "root-home.pem"
	lastRootFile = "root-last.pem"
)

// answer is what a hub says to a kiosk that enrols.
type answer struct {
	Enrolment
	Certificate string `json:"certificate"`
	Config      *struct {
		Rev      uint32          `json:"rev"`
		Settings json.RawMessage `json:"settings"`
	} `json:"config"`
}

func (e Enrolment) validate() error {
	if !call.ValidKiosk(e.Kiosk) {
		return fmt.Errorf("站点给的终端编号 %.60q 不合规则，请联系管理员", e.Kiosk)
	}
	if err := call.Site(e.Site.Code).Validate(); err != nil {
		return fmt.Errorf("站点给的单位代码 %.60q 不合规则，请联系管理员", e.Site.Code)
	}
	if e.Last != (Hub{}) && call.Site(e.Last.Code).Validate() != nil {
		return fmt.Errorf("站点给的上级单位代码 %.60q 不合规则，请联系管理员", e.Last.Code)
	}
	return nil
}

// HomeRoot and LastRoot are the files with the roots, in the data folder dir;
// empty where there is none.
func (e Enrolment) HomeRoot(dir string) string { return rootFile(dir, homeRootFile, e.Root) }

// LastRoot is like HomeRoot for the last resort.
func (e Enrolment) LastRoot(dir string) string { return rootFile(dir, lastRootFile, e.Last.Root) }

func rootFile(dir, name, text string) string {
	if text == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// Enrol is Accept by a typed one-time code. hub is the hub's address, http or https.
func Enrol(ctx context.Context, dir, hub, code string) (Enrolment, error) {
	if strings.TrimSpace(code) == "" {
		return Enrolment{}, errors.New("没有登记码：请向管理员索取一次性登记码，用 --code 给出")
	}
	c, ok := enrolment.ParseCode(code)
	if !ok {
		return Enrolment{}, errors.New("登记码是 8 位或 12 位数字和字母，请对照登记单重新输入")
	}
	return Accept(ctx, dir, enrolment.Invitation{Hub: hub, Code: c})
}

// Accept registers a new key, and keeps it in a data folder with the answer. A
// key that was registered before may have been copied or revoked, so it is
// never registered again; it stays until the hub took the new one. Over https the hub must first prove itself: by the
// fingerprint of a QR code, by the letters of a code of twelve, or to the
// system's authorities. Its errors are for people.
func Accept(ctx context.Context, dir string, i enrolment.Invitation) (Enrolment, error) {
	base, err := url.Parse(i.Hub)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return Enrolment{}, fmt.Errorf("站点地址 %q 不对：应写成 https://主机 或 http://主机:端口", i.Hub)
	}
	id, err := create()
	if err != nil {
		return Enrolment{}, err
	}
	a, err := register(ctx, base, i, id, OpenClock(dir, nil))
	if err != nil {
		return Enrolment{}, err
	}
	a.URL = base.String()
	if err := a.validate(); err != nil {
		return Enrolment{}, err
	}
	if err := a.keep(dir, id); err != nil {
		return Enrolment{}, fmt.Errorf("保存登记结果：%w", err)
	}
	return a.Enrolment, nil
}

// keep writes the key first, for the hub knows no other now, and the enrolment
// last: with it the kiosk is enrolled, and what lies beside it must be there.
func (a answer) keep(dir string, id *Identity) error {
	files := map[string]string{homeRootFile: a.Root, lastRootFile: a.Last.Root, certificateFile: a.Certificate}
	if _, err := id.parse([]byte(a.Certificate)); a.Certificate != "" && err != nil {
		return err
	}
	if err := id.keep(dir); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if files[name] == "" {
			continue
		}
		if err := keep.Write(filepath.Join(dir, name), []byte(files[name])); err != nil {
			return err
		}
	}
	if err := a.keepSettings(filepath.Join(dir, settings.File)); err != nil {
		return err
	}
	data, err := json.MarshalIndent(a.Enrolment, "", "  ")
	if err != nil {
		return err
	}
	return keep.Write(filepath.Join(dir, enrolmentFile), append(data, '\n'))
}

// keepSettings puts the settings that the hub has for its kiosks in force. What
// cannot be used is left: the hub gives it again, and hears of it then.
func (a answer) keepSettings(path string) error {
	var s settings.State
	if a.Config != nil {
		if v, err := allowed.Parse(a.Config.Settings); err == nil {
			s.InForce = settings.Revision{Rev: a.Config.Rev, Values: v}
		}
	}
	return s.Save(path)
}

func register(ctx context.Context, base *url.URL, i enrolment.Invitation, id *Identity, clock *Clock) (answer, error) {
	var a answer
	request, err := id.Request()
	if err != nil {
		return a, err
	}
	// The check letters are the kiosk's alone: only the secret is sent.
	body, err := json.Marshal(map[string]string{"code": enrolment.Code{Secret: i.Code.Secret}.String(),
		"public_key": id.Public(), "request": base64.StdEncoding.EncodeToString(request)})
	if err != nil {
		return a, err
	}
	client := &http.Client{Timeout: answerWait, CheckRedirect: stay, Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: config(firstSight{i, base.Hostname(), clock}.verify), DisableKeepAlives: true}}
	data, err := post(ctx, client, base.JoinPath("api", "enrol").String(), body)
	var no *net.OpError
	var link *url.Error
	switch {
	case errors.Is(err, ErrUnproven):
		return a, fmt.Errorf("站点 %s 没有证明自己的身份，登记码没有发出：请核对地址，并输入登记单上全部 12 位登记码或扫描二维码；"+
			"仍不行，可能有人冒充站点，请联系管理员（%w）", base.Host, err)
	case errors.As(err, &no), errors.As(err, &link):
		return a, fmt.Errorf("连不上站点 %s：请检查网络和地址（%w）", base.Host, err)
	case err != nil:
		return a, err
	}
	if err := json.Unmarshal(data, &a); err != nil {
		return a, fmt.Errorf("站点的回答看不懂：%s 是呼应的站点吗？", base.Host)
	}
	return a, nil
}

// refused turns a problem (RFC 9457) into an error; its detail is a sentence
// for people that the hub wrote.
func refused(status int, data []byte) error {
	var problem struct{ Detail, Code string }
	if json.Unmarshal(data, &problem) == nil && problem.Detail != "" {
		return fmt.Errorf("站点没有登记本终端：%s（%s）", problem.Detail, problem.Code)
	}
	return fmt.Errorf("站点没有登记本终端：HTTP %d，请检查地址", status)
}

// Enrolled reads what was kept; the error is fs.ErrNotExist if this kiosk was
// never enrolled.
func Enrolled(dir string) (Enrolment, error) {
	var e Enrolment
	path := filepath.Join(dir, enrolmentFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return e, err
	}
	if err != nil {
		return e, fmt.Errorf("读取登记结果：%w", err)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("登记结果 %s 已损坏：请用新的登记码重新登记本终端", path)
	}
	return e, e.validate()
}

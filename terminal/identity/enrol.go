package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"huying/internal/call"
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
}

func (e Enrolment) validate() error {
	if !call.ValidKiosk(e.Kiosk) {
		return fmt.Errorf("站点给的终端编号 %.60q 不合规则，请联系管理员", e.Kiosk)
	}
	if err := call.Site(e.Site.Code).Validate(); err != nil {
		return fmt.Errorf("站点给的单位代码 %.60q 不合规则，请联系管理员", e.Site.Code)
	}
	return nil
}

// Enrol registers the key of a data folder at a hub by a one-time code, makes
// the key if there is none, and keeps the answer. hub is the hub's address,
// http or https. Its errors are for people.
func Enrol(ctx context.Context, dir, hub, code string) (Enrolment, error) {
	base, err := url.Parse(hub)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return Enrolment{}, fmt.Errorf("站点地址 %q 不对：应写成 https://主机 或 http://主机:端口", hub)
	}
	if strings.TrimSpace(code) == "" {
		return Enrolment{}, errors.New("没有登记码：请向管理员索取一次性登记码，用 --code 给出")
	}
	id, err := LoadOrCreate(dir)
	if err != nil {
		return Enrolment{}, err
	}
	e, err := register(ctx, base, strings.TrimSpace(code), id.Public())
	if err != nil {
		return Enrolment{}, err
	}
	e.URL = base.String()
	if err := e.validate(); err != nil {
		return Enrolment{}, err
	}
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return Enrolment{}, err
	}
	if err := write(filepath.Join(dir, enrolmentFile), append(data, '\n')); err != nil {
		return Enrolment{}, fmt.Errorf("保存登记结果：%w", err)
	}
	return e, nil
}

func register(ctx context.Context, base *url.URL, code, public string) (Enrolment, error) {
	var e Enrolment
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	body, err := json.Marshal(map[string]string{"code": code, "public_key": public})
	if err != nil {
		return e, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base.JoinPath("api", "enrol").String(), bytes.NewReader(body))
	if err != nil {
		return e, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return e, fmt.Errorf("连不上站点 %s：请检查网络和地址（%w）", base.Host, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return e, fmt.Errorf("站点的回答中断了，请再试一次（%w）", err)
	}
	if resp.StatusCode != http.StatusOK {
		return e, refused(resp.StatusCode, data)
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, fmt.Errorf("站点的回答看不懂：%s 是呼应的站点吗？", base.Host)
	}
	return e, nil
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

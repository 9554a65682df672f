package api

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/refusal"
)

// fromHuma says huma's refusals in our form and in Chinese. Values that were
// sent are dropped, and texts that quote them too.
func fromHuma(m *huma.ErrorModel) *Problem {
	code, detail := general(m.Status)
	p := problemOf(refusal.New(code, detail))
	p.Status, p.Title = m.Status, http.StatusText(m.Status)
	for _, e := range m.Errors {
		if e == nil || code != refusal.BadField {
			continue
		}
		p.Errors = append(p.Errors, Fault{Location: place(e.Location, e.Message), Message: phrase(e.Message)})
	}
	if len(p.Errors) > 0 {
		first := p.Errors[0]
		p.Detail = "“" + first.Location + "”填写有误：" + first.Message + "。请改正后重新提交。"
	}
	return p
}

// general is the code and the sentence for huma's states.
func general(status int) (code, detail string) {
	switch status {
	case http.StatusBadRequest:
		return refusal.BadRequest, "请求内容不是有效的 JSON，或缺少内容，请检查后重新提交。"
	case http.StatusRequestEntityTooLarge:
		return refusal.BodyTooLarge, "请求内容超过 64 KiB，请缩短后重新提交。"
	case http.StatusRequestTimeout:
		return refusal.BodyTooSlow, "请求内容没有按时传完，请检查网络后重新提交。"
	case http.StatusUnsupportedMediaType:
		return refusal.WrongContentType, "只接受 application/json 格式的内容，请检查 Content-Type。"
	case http.StatusUnprocessableEntity:
		return refusal.BadField, "填写的内容有误，请改正后重新提交。"
	default:
		return refusal.Internal, "系统内部出错，请重试；仍不行请联系管理员。呼叫不受影响。"
	}
}

// phrases turns huma's validation texts (huma/validation/messages.go) into
// Chinese; $1 is the bound in it. What is not listed gets a general sentence.
var phrases = []struct {
	text *regexp.Regexp
	says string
}{
	{regexp.MustCompile(`^unexpected property$`), "没有这一项，请去掉"},
	{regexp.MustCompile(`^expected required property \S+ to be present$`), "必须填写"},
	{regexp.MustCompile(`^required (?:query|path|header|cookie) parameter is missing$`), "必须填写"},
	{regexp.MustCompile(`^expected boolean$`), "应为 true 或 false"},
	{regexp.MustCompile(`^expected (?:integer|number)$`), "应为数字"},
	{regexp.MustCompile(`^invalid (?:integer|number|float)`), "应为数字"},
	{regexp.MustCompile(`^expected string$`), "应为文字"},
	{regexp.MustCompile(`^expected object$`), "应为对象"},
	{regexp.MustCompile(`^expected number >= (-?[0-9.]+)$`), "不能小于 $1"},
	{regexp.MustCompile(`^expected number <= (-?[0-9.]+)$`), "不能大于 $1"},
	{regexp.MustCompile(`^expected length >= 1$`), "不能为空"},
	{regexp.MustCompile(`^expected length >= ([0-9]+)$`), "不能少于 $1 个字符"},
	{regexp.MustCompile(`^expected length <= ([0-9]+)$`), "不能超过 $1 个字符"},
	{regexp.MustCompile(`^expected value to be one of "([a-z_, ]+)"$`), "应为以下之一：$1"},
}

func phrase(text string) string {
	for _, p := range phrases {
		if m := p.text.FindStringSubmatchIndex(text); m != nil {
			return string(p.text.ExpandString(nil, p.says, text, m))
		}
	}
	return "内容不符合要求"
}

var missing = regexp.MustCompile(`^expected required property (\S+) to be present$`)

// place is where the fault is, short enough to show. Huma reports a missing
// property at its parent.
func place(location, text string) string {
	if m := missing.FindStringSubmatch(text); m != nil {
		location = strings.TrimPrefix(location+"."+m[1], ".")
	}
	const longest = 80
	if len(location) > longest {
		location = strings.ToValidUTF8(location[:longest], "") + "…"
	}
	return location
}

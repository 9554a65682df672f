package directory

import (
	"crypto/ed25519"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"huying/hub/auth"
	"huying/hub/refusal"
)

var (
	personID   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)
	account    = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,31}$`)
	kioskAfter = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
)

// longest name of a person, a post or a place, in characters.
const longestName = 40

// Normalize gives the person as it is kept, or a refusal (bad_field) that
// names the field and the remedy.
func (p Person) Normalize() (Person, error) {
	p.Account = strings.ToLower(strings.TrimSpace(p.Account))
	p.Name, p.Post = strings.TrimSpace(p.Name), strings.TrimSpace(p.Post)
	switch {
	case !personID.MatchString(p.ID):
		return Person{}, bad("id", "人员编号只能用字母、数字、下划线和短横线，最多 40 个字符。")
	case !account.MatchString(p.Account):
		return Person{}, bad("account", "账号要 2 到 32 个字符，只能用小写字母、数字、点、下划线和短横线，并以字母或数字开头。")
	case !isName(p.Name):
		return Person{}, bad("name", "姓名要 1 到 40 个字，不能含控制字符。")
	case !isName(p.Post):
		return Person{}, bad("post", "岗位要 1 到 40 个字，不能含控制字符。")
	case !p.Role.Valid():
		return Person{}, bad("role", "没有这个角色，请从列出的角色中选一个。")
	case !auth.ValidUnit(p.Unit):
		return Person{}, bad("unit", "单位要填行政区划代码，例如 361025105。")
	case p.PasswordHash != "" && !strings.HasPrefix(p.PasswordHash, "$argon2id$"):
		return Person{}, bad("password", "密码没有按规定加密，请重新设置密码。")
	}
	return p, nil
}

// Normalize gives the kiosk as it is kept, or a refusal (bad_field) that names
// the field and the remedy. The id must carry the point's unit code, because
// scope is decided from it (auth.KioskUnit).
func (k Kiosk) Normalize() (Kiosk, error) {
	k = k.Clone()
	k.ID = strings.TrimSpace(k.ID)
	k.Point.Name, k.Township.Name = strings.TrimSpace(k.Point.Name), strings.TrimSpace(k.Township.Name)
	number, tagged := strings.CutPrefix(k.ID, k.Point.Code+"-")
	switch {
	case !auth.ValidUnit(k.Point.Code) || len(k.Point.Code) < 12:
		return Kiosk{}, bad("point.code", "服务点要填村级（12 位）或村组（15 位）行政区划代码。")
	case !isName(k.Point.Name):
		return Kiosk{}, bad("point.name", "服务点名称要 1 到 40 个字，不能含控制字符。")
	case !tagged || !kioskAfter.MatchString(number):
		return Kiosk{}, bad("kiosk", "终端编号应为服务点代码加短横线和序号，例如 "+k.Point.Code+"-1。")
	case len(k.Township.Code) != 9 || !auth.Covers(k.Township.Code, k.Point.Code):
		return Kiosk{}, bad("township.code", "服务点不在这个乡镇之内，请核对行政区划代码。")
	case !isName(k.Township.Name):
		return Kiosk{}, bad("township.name", "乡镇名称要 1 到 40 个字，不能含控制字符。")
	case len(k.PublicKey) != 0 && len(k.PublicKey) != ed25519.PublicKeySize:
		return Kiosk{}, bad("public_key", "终端公钥应为 32 字节的 Ed25519 公钥，请重新登记终端。")
	}
	return k, nil
}

func isName(s string) bool {
	n := utf8.RuneCountInString(s)
	return n > 0 && n <= longestName && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func bad(field, detail string) error { return refusal.At(refusal.BadField, field, detail) }

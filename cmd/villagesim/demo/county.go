// Package demo runs a small county on one machine: the county hub of 乐安县,
// two township hubs and six kiosks, each a process of its own, as they would
// stand in the county. Units and villages are real public names; all persons
// are invented.
package demo

import (
	"fmt"
	"path/filepath"

	"huying/hub/view"
)

// unit names and codes are public: the county's statistical division codes.
var county = view.Unit{Code: "361025", Name: "乐安县"}

var townships = []view.Unit{
	{Code: "361025100", Name: "鳌溪镇"},
	{Code: "361025105", Name: "牛田镇"},
}

// village is a point with its kiosk.
type village struct {
	unit     view.Unit
	township int // index into townships
}

var villages = []village{
	{view.Unit{Code: "361025105207", Name: "流坑村"}, 1},
	{view.Unit{Code: "361025105204", Name: "水南村"}, 1},
	{view.Unit{Code: "361025105200", Name: "牛田村"}, 1},
	{view.Unit{Code: "361025100200", Name: "鳌溪村"}, 0},
	{view.Unit{Code: "361025100201", Name: "桥背村"}, 0},
	{view.Unit{Code: "361025100202", Name: "下岭村"}, 0},
}

func (v village) kiosk() string { return v.unit.Code + "-1" }

// person is an invented member of staff. Password is the demo's own and
// works nowhere else.
type person struct {
	Account, Name, Post, Role, Unit string
}

// Password is that of every demo account.
const Password = "yanshi-2026"

var accounts = []person{
	{"caozuo", "（虚构）王秀兰", "接线员", "operator", "361025105"},
	{"caozuo2", "（虚构）刘建国", "接线员", "operator", "361025105"},
	{"daiban", "（虚构）陈国平", "带班领导", "duty_leader", "361025105"},
	{"aoxi", "（虚构）李春花", "接线员", "operator", "361025100"},
	{"zhihui", "（虚构）赵明", "县指挥中心值班员", "supervisor", "361025"},
	{"guanli", "（虚构）周管理", "管理员", "administrator", ""},
}

// site is one hub of the demo.
type site struct {
	unit   view.Unit
	port   int
	folder string
	parent *site  // nil: the county
	secret string // shared with the parent
	below  []*site
}

func (s *site) url(host string) string { return fmt.Sprintf("http://%s:%d", host, s.port) }

func (s *site) config() string { return filepath.Join(s.folder, "hub.yaml") }

// staff lists the demo accounts of a site; the administrator is at each.
func (s *site) staff() []person {
	var out []person
	for _, p := range accounts {
		if p.Role == "administrator" {
			p.Unit = s.unit.Code
		}
		if p.Unit == s.unit.Code {
			out = append(out, p)
		}
	}
	return out
}

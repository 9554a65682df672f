package desk

import "huying/internal/life"

// titles name faults for people. Those that the hub finds have their codes in
// package life, those of the kiosk in package terminal.
var titles = map[string]string{
	life.CodeOffline:          "终端离线，听不到它的任何消息",
	life.CodeOutage:           "全乡镇多数终端同时失联",
	life.CodeLedger:           "按键账目对不上，可能丢了按键",
	life.CodeClone:            "同一台终端的身份在两处同时使用",
	life.CodeSiteSilent:       "下级站点失联",
	life.CodeSelfTestOverdue:  "超过 26 小时没有收到自检按键",
	life.CodeHumanTestOverdue: "超过 8 天没有人试按",
	life.CodeTestFailed:       "自检未通过",
	life.CodeMainsLost:        "停电，正在用电池",
	life.CodePowerCut:         "全乡镇多数终端停电",
	life.CodeBatteryLow:       "电池快用完，终端即将失联",
	life.CodeConfigRefused:    "新设置不能用，终端仍用旧设置",
	life.CodeUpdateFailed:     "新版本更新失败，发布已停下",
	noLineHome:                "终端连不上本乡镇，只连得上县里",
	"journal_failed":          "按键记录存不进磁盘",
	"journal_slow":            "磁盘反应太慢",
	"journal_damaged":         "启动时有记录读不出来",
	"key_stuck":               "按键卡住",
	"key_unreadable":          "按键读不到，可能断线",
	"key_events_lost":         "按键的动作有遗漏，可能丢了按键",
	"lamp_failed":             "灯或蜂鸣器点不亮、不响",
	"media_not_allowed":       "终端页面不允许连接语音服务",
	"refused_by":              "被站点拒绝连接",
	"sound_card":              "声卡或语音程序坏了，听不见或说不出",
	"page_silent":             "屏幕上的页面死了，按键和灯还能用",
	"clock_wrong":             "终端的时钟不准，呼叫不受影响",
}

var partNames = map[string]string{"red": "红键", "green": "绿键", "sound": "扬声器和麦克风", "key_path": "按键线路", "disk": "磁盘",
	"link": "网络", "media": "语音", "line": "线路灯", "buzzer": "蜂鸣器", "press": "按键到站点的全程", "microphone": "麦克风", "loudspeaker": "扬声器", "program": "语音程序"}

// title says a fault in Chinese; one of a newer kiosk is shown by its code.
func title(code, part string) string {
	text := titles[code]
	if text == "" {
		text = "终端报告故障 " + code
	}
	if name := partNames[part]; name != "" {
		part = name
	}
	if part != "" {
		text += "：" + part
	}
	return text
}

var stepTexts = map[string]string{
	life.DidOpen: "出现故障，开出故障单", life.DidReopen: "故障又出现", life.DidRestore: "故障消失",
	life.DidMerge: "并入全乡镇的故障单", life.DidPersist: "报修好后故障仍在，重新打开",
	string(life.Take): "接手处理", string(life.DoStopGap): "已有应急办法", string(life.DoRepaired): "报告已修好",
	string(life.Close): "关闭",
}

func stepText(s life.Step) string {
	if s.What == life.DidEscalate {
		if s.Note == string(life.AtCounty) {
			return "仍没有应急办法，升级到县指挥中心"
		}
		return "2 小时内没有应急办法，升级到带班领导"
	}
	return stepTexts[s.What]
}

package prompt

import "slices"

// Code names a prompt; it is also the file's name without its ending, and the
// last part of GET /prompts/{code}. Codes are for ever: a county's recordings
// are named by them. A code with a slash lies in a folder.
type Code string

// The two keys' own names and what is said the moment one is pressed.
const (
	KeyUrgent      Code = "key_urgent"
	KeyEnquiry     Code = "key_enquiry"
	PressedUrgent  Code = "pressed_urgent"
	PressedEnquiry Code = "pressed_enquiry"
	Upgraded       Code = "upgraded"
)

// A call, in the order in which it usually goes. Those that are also states of
// the panel bear the state's name.
const (
	Sending         Code = "sending"
	Received        Code = "received"
	Ringing         Code = "ringing"
	Seeking         Code = "seeking"
	CallBack        Code = "call_back"
	Answered        Code = "answered"
	RecordingNotice Code = "recording_notice"
	MediaNotice     Code = "media_notice"
	Requeued        Code = "requeued"
	OnTheWay        Code = "on_the_way"
	WrapUp          Code = "wrap_up"
	Ended           Code = "ended"
)

// After a call the same two keys rate it.
const (
	RateQuestion Code = "rate_question"
	RateGood     Code = "rate_good"
	RateBad      Code = "rate_bad"
)

// The line.
const (
	NoLine     Code = "no_line"
	NoLineIdle Code = "no_line_idle"
	LineBack   Code = "line_back"
)

// Practice and the daily self-test.
const (
	PracticeStarted Code = "practice_started"
	PracticePassed  Code = "practice_passed"
	PracticeFailed  Code = "practice_failed"
	SelfTest        Code = "self_test"
	SelfTestFailed  Code = "self_test_failed"
)

// What is wrong with the kiosk itself.
const (
	OnBattery        Code = "on_battery"
	MainsBack        Code = "mains_back"
	BatteryLow       Code = "battery_low"
	MicDead          Code = "mic_dead"
	KeyStuckUrgent   Code = "key_stuck_urgent"
	KeyStuckEnquiry  Code = "key_stuck_enquiry"
	KeyBrokenUrgent  Code = "key_broken_urgent"
	KeyBrokenEnquiry Code = "key_broken_enquiry"
	Ready            Code = "ready"
)

// The volume.
const (
	VolumeLouder Code = "volume_louder"
	VolumeSofter Code = "volume_softer"
	VolumeTest   Code = "volume_test"
)

// Prompt is one sentence of the catalogue.
type Prompt struct {
	Code    Code
	Text    string  // what is said; a county may say the same in its own words
	When    string  // when it is said, for who records it
	Seconds float64 // longest allowed length
}

// Lengths. Feedback must be over before the villager wonders whether the key
// worked; what interrupts a wait must leave the ring to be heard; only what
// tells somebody what to do now may take longer.
const (
	feedback = 3.0
	short    = 5.0
	long     = 9.0
)

var catalogue = []Prompt{
	{KeyUrgent, "红键。有急事，按红键。", "介绍两个按键时；有人碰到屏幕上的红键图时", short},
	{KeyEnquiry, "绿键。想问事，按绿键。", "介绍两个按键时；有人碰到屏幕上的绿键图时", short},
	{PressedUrgent, "红键，按到了。", "按下红键的一刻，不管有没有线路", feedback},
	{PressedEnquiry, "绿键，按到了。", "按下绿键的一刻，不管有没有线路", feedback},
	{Upgraded, "改成急事，马上叫人。", "绿键呼叫当中又按了红键", feedback},

	{Sending, "正在叫人，请等一等。", "按键后，站点还没有收到", short},
	{Received, "收到了，正在叫人来接。", "站点已经存下这次呼叫", short},
	{Ringing, "那边正在响铃，请不要走开。", "等人接听时，每隔一会儿说一次", short},
	{Seeking, "还在找人来接，请不要走开。", "站点收到了，可是值班的人都没有开着页面，每隔一会儿说一次", short},
	{CallBack, "大家都在忙。十五分钟之内，给您打回来。", "绿键呼叫许久没有人接，答应回拨", long},
	{Answered, "接通了，请讲话。", "有人接听，不知道是哪个岗位时", feedback},
	{RecordingNotice, "这次通话会录音。", "开始录音之前；说完才开始录", feedback},
	{MediaNotice, "对方能看见您，也能听见您。", "摄像头和话筒一起打开时", short},
	{Requeued, "断了，正在重新叫人，请不要走开。", "通话中断，重新响铃", short},
	{OnTheWay, "有人赶来了，请在这里等。", "有人正在路上", short},
	{WrapUp, "说完了，正在记录。", "对方挂断，正在登记", short},
	{Ended, "办完了。有事再按键。", "这次呼叫结束", short},

	{RateQuestion, "满意请按绿键，不满意请按红键。", "呼叫结束后请村民评价", short},
	{RateGood, "谢谢您。", "评价满意", feedback},
	{RateBad, "知道了，我们改。需要帮助，请再按一次红键。", "评价不满意", long},

	{NoLine, "线路不通，按键已经记下了。请拨打墙上的电话。", "按了键，但一个站点也连不上", long},
	{NoLineIdle, "这里的线路断了。有急事，请拨打墙上的电话。", "没有呼叫时线路断了，只在白天说", long},
	{LineBack, "线路通了，可以按键了。", "线路恢复", short},

	{PracticeStarted, "现在是练习，不会叫人。", "练习按键开始", short},
	{PracticePassed, "练习成功，按键是好的，没有打扰任何人。", "练习成功", long},
	{PracticeFailed, "练习没有成功，请告诉帮办员。有急事，请拨打墙上的电话。", "练习没有成功", long},
	{SelfTest, "机器自检，会响一声。", "每天自检放音之前", short},
	{SelfTestFailed, "自检没有通过，请打电话给帮办员。有急事，请拨打墙上的电话。", "自检没有通过，只在白天说", long},

	{OnBattery, "停电了，现在用电池，还可以按键。", "改用电池", short},
	{MainsBack, "来电了。", "恢复供电", feedback},
	{BatteryLow, "电池快没有电了，请告诉帮办员。", "电量低，只在白天说", short},
	{MicDead, "话筒坏了，对方听不见您。请拨打墙上的电话。", "话筒收不到声音", long},
	{KeyStuckUrgent, "红键卡住了，请按一下再松开。", "红键一直按着", short},
	{KeyStuckEnquiry, "绿键卡住了，请按一下再松开。", "绿键一直按着", short},
	{KeyBrokenUrgent, "红键坏了。有急事，请按绿键，或者拨打墙上的电话。", "红键读不到", long},
	{KeyBrokenEnquiry, "绿键坏了。请按红键，或者拨打墙上的电话。", "绿键读不到", long},
	{Ready, "机器好了，可以按键了。", "终端启动完毕", short},

	{VolumeLouder, "声音大了一点。", "调大音量后", feedback},
	{VolumeSofter, "声音小了一点。", "调小音量后", feedback},
	{VolumeTest, "现在的声音是这样，听得清吗？", "试音量时", short},

	{AnswererOperator, "接线员来了，请讲话。", "乡镇接线员接听", short},
	{AnswererDutyLeader, "带班领导来了，请讲话。", "带班领导接听", short},
	{AnswererCadre, "乡镇干部来了，请讲话。", "乡镇干部接听", short},
	{AnswererCounty, "县指挥中心来了，请讲话。", "县指挥中心接听", short},
	{AnswererDoctor, "村医来了，请讲话。", "村医接听", short},
	{AnswererHelper, "帮办员来了，请讲话。", "村里的帮办员接听", short},
	{AnswererGrid, "网格员来了，请讲话。", "网格员接听", short},
	{AnswererWindow, "业务窗口来了，请讲话。", "县业务窗口接听", short},
	{AnswererNeighbour, "邻近乡镇来了，请讲话。", "邻近乡镇的接线员接听", short},
}

// All is the whole catalogue in the order in which one would record it.
func All() []Prompt { return slices.Clone(catalogue) }

// Find gives the prompt of a code. Codes of single persons (PersonPrefix) are
// not in the catalogue.
func Find(code Code) (Prompt, bool) {
	i := slices.IndexFunc(catalogue, func(p Prompt) bool { return p.Code == code })
	if i < 0 {
		return Prompt{}, false
	}
	return catalogue[i], true
}

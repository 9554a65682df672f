package prompt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Fault is what is wrong with one file; its texts are for people.
type Fault struct {
	Code   Code   // empty for a file that belongs to no code
	Path   string // the file, or where it should be
	What   string // Chinese: what is wrong
	Remedy string // Chinese: what to do
}

// Check looks at the county's own files, at what has no sound at all, and at
// files in the folder that no prompt uses. A library without a folder checks
// the stopgaps.
func (l *Library) Check() []Fault {
	var found []Fault
	for _, p := range catalogue {
		found = append(found, l.checkOne(p)...)
	}
	return append(found, l.strangers()...)
}

func (l *Library) checkOne(p Prompt) []Fault {
	f, err := l.own(p.Code)
	if errors.Is(err, ErrNone) || errors.Is(err, fs.ErrNotExist) {
		f, err = stopgap(p.Code)
	}
	where := filepath.Join(l.folder, filepath.FromSlash(string(p.Code))+".wav")
	switch {
	case errors.Is(err, ErrNone):
		return []Fault{{p.Code, where, "没有声音文件", "请录一个，或运行“terminal prompts render " + string(p.Code) + "”生成代用音"}}
	case err != nil:
		return []Fault{{p.Code, where, "读不了：" + err.Error(), "请检查文件的权限"}}
	case !f.Own && l.folder != "":
		return nil // ours, and known to be fit
	}
	samples, err := Decode(f.Data)
	if err != nil {
		what, remedy, _ := strings.Cut(err.Error(), "，")
		return []Fault{{p.Code, f.Path, what, remedy + "；在此之前用内置的代用音"}}
	}
	return judge(p, f.Path, Measured(samples))
}

// judge compares a measure with what is asked.
func judge(p Prompt, path string, m Measure) (found []Fault) {
	say := func(what, remedy string) { found = append(found, Fault{p.Code, path, what, remedy}) }
	if m.Seconds > p.Seconds {
		say(fmt.Sprintf("太长：%.1f 秒，最多 %.1f 秒", m.Seconds, p.Seconds), "请说短一点，或剪去前后的空白")
	}
	if m.Loudness < absoluteGate {
		say("听不到声音", "请检查话筒后重新录制")
		return found
	}
	if m.Lead > MaxLead {
		say(fmt.Sprintf("开头有 %.1f 秒空白，最多 %.1f 秒", m.Lead, MaxLead), "请剪去开头的空白")
	}
	switch low, high := Target-Tolerance, Target+Tolerance; {
	case m.Loudness < low:
		say(fmt.Sprintf("太轻：%.1f LUFS，应在 %.0f 到 %.0f 之间", m.Loudness, low, high),
			fmt.Sprintf("请调大 %.0f dB，或离话筒近一点重录", Target-m.Loudness))
	case m.Loudness > high:
		say(fmt.Sprintf("太响：%.1f LUFS，应在 %.0f 到 %.0f 之间", m.Loudness, low, high),
			fmt.Sprintf("请调小 %.0f dB", m.Loudness-Target))
	}
	if m.Peak > MaxPeak {
		say(fmt.Sprintf("最响处 %.1f dB，超过 %.0f dB，会破音", m.Peak, MaxPeak), "请调小音量，或离话筒远一点重录")
	}
	return found
}

// strangers are files that no prompt uses: a wrong name is the likeliest
// reason why a recording is not heard.
func (l *Library) strangers() (found []Fault) {
	if l.folder == "" {
		return nil
	}
	if _, err := os.Stat(l.folder); err != nil {
		return []Fault{{"", l.folder, "文件夹打不开", "请检查路径和权限"}}
	}
	_ = filepath.WalkDir(l.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		rel, _ := filepath.Rel(l.folder, path)
		if what := l.stranger(filepath.ToSlash(rel)); what != "" {
			found = append(found, Fault{"", path, what, "请照“terminal prompts list”改名，或移走"})
		}
		return nil
	})
	return found
}

func (l *Library) stranger(name string) string {
	ending := filepath.Ext(name)
	code := Code(strings.TrimSuffix(name, ending))
	if i := slices.IndexFunc(kinds, func(k struct{ ending, mime string }) bool { return k.ending == ending }); i < 0 {
		if strings.EqualFold(filepath.Base(name), "README.md") || strings.HasPrefix(filepath.Base(name), ".") {
			return ""
		}
		return "不是 .wav、.ogg、.opus 文件，不会播放"
	}
	if _, known := Find(code); !known && !strings.HasPrefix(string(code), PersonPrefix) {
		return "没有叫这个名字的提示，不会播放"
	}
	if f, err := l.own(code); err == nil && filepath.Base(f.Path) != filepath.Base(name) {
		return "同一句有两个文件，播放的是 " + filepath.Base(f.Path)
	}
	return ""
}

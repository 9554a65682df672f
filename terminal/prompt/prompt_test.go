package prompt

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"huying/terminal/panel"
)

// tone is a sine, of amplitude 1 for full scale.
func tone(hz, amplitude, seconds float64) []float32 {
	out := make([]float32, int(seconds*Rate))
	for i := range out {
		out[i] = float32(amplitude * math.Sin(2*math.Pi*hz*float64(i)/Rate))
	}
	return out
}

func put(t *testing.T, folder, name string, data []byte) {
	t.Helper()
	if err := save(filepath.Join(folder, name), data); err != nil {
		t.Fatal(err)
	}
}

func save(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o644)
}

func TestCatalogueIsWhole(t *testing.T) {
	seen := map[Code]bool{}
	for _, p := range All() {
		if seen[p.Code] || !valid.MatchString(string(p.Code)) || p.Text == "" || p.When == "" || p.Seconds <= 0 {
			t.Errorf("%+v: twice, or not whole", p)
		}
		seen[p.Code] = true
		if strings.Contains(string(p.Code), "quiet") {
			t.Errorf("%s: a quiet call is silent", p.Code)
		}
		if _, ok := Reading(p); !ok {
			t.Errorf("%s: %q has no reading; run terminal/prompt/stopgap/make.sh", p.Code, p.Text)
		}
	}
}

// TestStatesOfThePanelHaveTheirVoice: a state that nobody says is a picture for
// somebody who cannot see.
func TestStatesOfThePanelHaveTheirVoice(t *testing.T) {
	for _, s := range []panel.State{panel.Sending, panel.Received, panel.Ringing, panel.Answered, panel.Requeued,
		panel.OnTheWay, panel.WrapUp, panel.Ended, panel.NoLine} {
		if _, ok := Find(Code(s)); !ok {
			t.Errorf("state %s has no prompt", s)
		}
	}
}

// TestStopgapsAreFit is the same check that a county's recordings go through.
func TestStopgapsAreFit(t *testing.T) {
	for _, f := range NewLibrary("").Check() {
		t.Errorf("%s %s: %s. %s.", f.Code, f.Path, f.What, f.Remedy)
	}
	size := int64(0)
	err := fs.WalkDir(builtin, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		size += info.Size()
		code := Code(strings.TrimSuffix(strings.TrimPrefix(path, "builtin/"), ".ogg"))
		if _, ok := Find(code); !ok && d.Name() != "README.md" {
			t.Errorf("%s belongs to no prompt", path)
		}
		return err
	})
	if err != nil || size > 1_500_000 {
		t.Errorf("the set has %d octets, at most 1.5 MB; %v", size, err)
	}
}

// TestLoudnessOfTheStandard: ITU-R BS.1770-4 fixes that a sine of 997 Hz at
// full scale in one channel is -3.01 LKFS.
func TestLoudnessOfTheStandard(t *testing.T) {
	for amplitude, want := range map[float64]float64{1: -3.01, 0.1: -23.01} {
		if m := Measured(tone(997, amplitude, 3)); math.Abs(m.Loudness-want) > 0.05 {
			t.Errorf("amplitude %.1f: %.2f LUFS, want %.2f", amplitude, m.Loudness, want)
		}
	}
	// Silence around the sound does not count: that is what the gates are for.
	padded := append(append(make([]float32, 2*Rate), tone(997, 0.1, 3)...), make([]float32, 5*Rate)...)
	m := Measured(padded)
	if math.Abs(m.Loudness+23.01) > 0.6 || math.Abs(m.Lead-2) > 0.01 || math.Abs(m.Peak+20) > 0.01 || m.Seconds != 10 {
		t.Errorf("with silence around it: %+v", m)
	}
	// Nor does a murmur behind it, 20 dB lower: the relative gate.
	if m := Measured(append(tone(997, 0.1, 3), tone(997, 0.01, 5)...)); math.Abs(m.Loudness+23.01) > 0.6 {
		t.Errorf("with a murmur behind it: %.2f LUFS", m.Loudness)
	}
	if m := Measured(make([]float32, Rate)); !math.IsInf(m.Loudness, -1) {
		t.Errorf("silence has %.1f LUFS", m.Loudness)
	}
	if m := Measured(tone(997, 1, 0.2)); math.Abs(m.Loudness+3.01) > 0.3 {
		t.Errorf("shorter than a block: %.2f LUFS", m.Loudness)
	}
}

func TestWAVOfEveryKind(t *testing.T) {
	want := tone(440, 0.5, 0.5)
	for name, f := range map[string]wavFormat{
		"8 bit": {wavPCM, 1, 16000, 8}, "16 bit": {wavPCM, 1, 44100, 16}, "stereo": {wavPCM, 2, 48000, 16},
		"24 bit": {wavPCM, 2, 96000, 24}, "32 bit": {wavPCM, 1, 22050, 32}, "float": {wavFloat, 1, 48000, 32},
	} {
		got, err := Decode(wav(f, 440, 0.5, 0.5))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := float64(len(got)-len(want)) / Rate; math.Abs(d) > 0.001 {
			t.Errorf("%s: %.4f s too long", name, d)
		}
		m := Measured(got)
		if math.Abs(m.Loudness-Measured(want).Loudness) > 0.2 || math.Abs(m.Peak+6.02) > 0.3 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	back, err := Decode(EncodeWAV(want))
	if m := Measured(back); err != nil || math.Abs(m.Loudness-Measured(want).Loudness) > 0.1 {
		t.Errorf("written and read again: %v %+v", err, m)
	}
}

// wav writes a tone in any format.
func wav(f wavFormat, hz, amplitude, seconds float64) []byte {
	n := int(seconds * float64(f.rate))
	body := make([]byte, 0, n*f.channels*f.bits/8)
	for i := range n {
		v := amplitude * math.Sin(2*math.Pi*hz*float64(i)/float64(f.rate))
		for range f.channels {
			body = append(body, f.octets(v)...)
		}
	}
	head := EncodeWAV(nil)
	le := func(at, width, v int) {
		for i := range width {
			head[at+i] = byte(v >> (8 * i))
		}
	}
	le(20, 2, f.format)
	le(22, 2, f.channels)
	le(24, 4, f.rate)
	le(34, 2, f.bits)
	le(40, 4, len(body))
	return append(head, body...)
}

func (f wavFormat) octets(v float64) []byte {
	u := uint64(int64(v * math.Pow(2, float64(f.bits-1)) * 0.99999))
	switch {
	case f.format == wavFloat:
		u = uint64(math.Float32bits(float32(v)))
	case f.bits == 8:
		u = uint64(128 + v*127)
	}
	out := make([]byte, f.bits/8)
	for i := range out {
		out[i] = byte(u >> (8 * i))
	}
	return out
}

// TestOwnRecordingComesFirst, at once, and gives way when it cannot be played.
func TestOwnRecordingComesFirst(t *testing.T) {
	folder := t.TempDir()
	lib := NewLibrary(folder)
	if f, err := lib.Open(Received); err != nil || f.Own {
		t.Fatalf("before: %v %v", f.Own, err)
	}
	own := EncodeWAV(tone(440, 0.2, 1))
	put(t, folder, "received.wav", own)
	put(t, folder, "answerer/person-liu.wav", own)
	if f, err := lib.Open(Received); err != nil || !f.Own || f.MIME != "audio/wav" || len(f.Data) != len(own) {
		t.Fatalf("own: %v %v %s", f.Own, err, f.MIME)
	}
	if !lib.Has("answerer/person-liu") || lib.Has("answerer/person-wang") {
		t.Error("a person's recording is not found, or one is found that is not there")
	}
	put(t, folder, "answerer/person-empty.wav", nil)
	if all := lib.Recorded(); len(all) != 1 || !all["answerer/person-liu"] {
		t.Errorf("recorded: %v", all)
	}
	if s, err := lib.Sound(Received); err != nil || len(s) != Rate {
		t.Errorf("own sound: %d %v", len(s), err)
	}
	for name, data := range map[string][]byte{"empty": nil, "mp3": []byte("ID3 and so on and on"),
		"cut short": []byte("RIFF....WAVEfmt ")} {
		put(t, folder, "received.wav", data)
		if s, err := lib.Sound(Received); err != nil || len(s) == Rate {
			t.Errorf("%s: no stopgap: %d %v", name, len(s), err)
		}
		if f, err := lib.Open(Received); err != nil || f.Own {
			t.Errorf("%s: the page gets it: %v %v", name, f.Own, err)
		}
	}
	for _, code := range []Code{"", "../received", "answerer/../received", "/etc/passwd", "received.wav", "nobody", "a/b/c"} {
		if _, err := lib.Open(code); !errors.Is(err, ErrNone) {
			t.Errorf("%q gives %v", code, err)
		}
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	good := Level(tone(440, 0.2, 1))
	lead := append(make([]float32, Rate), good...)
	for name, data := range map[string][]byte{
		"sending.wav":   EncodeWAV(good),
		"rate_good.wav": EncodeWAV(Level(tone(440, 0.2, 4))),
		"received.wav":  EncodeWAV(tone(440, 0.01, 1)),
		"ended.wav":     EncodeWAV(tone(440, 0.6, 1)),
		"ringing.wav":   EncodeWAV(lead),
		"no_line.wav":   EncodeWAV(make([]float32, Rate)),
		"line_back.wav": []byte("ID3, surely an mp3"), "call_back.ogg": []byte("OggS nonsense"),
		"recieved.wav": EncodeWAV(good), "answerer/person-7.wav": EncodeWAV(good), "note.mp3": nil,
		"sending.ogg": []byte("OggS"), "README.md": nil,
	} {
		put(t, folder, name, data)
	}
	var got []string
	lib, found := NewLibrary(folder), []Fault{}
	for _, code := range []Code{Sending, RateGood, Received, Ended, Ringing, NoLine, LineBack, CallBack} {
		p, _ := Find(code)
		found = append(found, lib.checkOne(p)...)
	}
	for _, f := range append(found, lib.strangers()...) {
		rel, _ := filepath.Rel(folder, f.Path)
		what, _, _ := strings.Cut(f.What, "：")
		if f.Remedy == "" || f.What == "" {
			t.Errorf("%+v: nothing to do", f)
		}
		got = append(got, rel+" "+strings.Fields(what)[0])
	}
	slices.Sort(got)
	want := []string{"call_back.ogg Ogg", "ended.wav 太响", "line_back.wav 不是", "no_line.wav 听不到声音", "note.mp3 不是",
		"rate_good.wav 太长", "received.wav 太轻", "recieved.wav 没有叫这个名字的提示", "ringing.wav 开头有", "sending.ogg 同一句有两个文件"}
	for i, s := range got {
		got[i], _, _ = strings.Cut(s, "，")
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestServed(t *testing.T) {
	folder := t.TempDir()
	lib := NewLibrary(folder)
	get := func(path, etag string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		lib.ServeHTTP(w, r)
		return w.Result()
	}
	first := get("/prompts/answerer/county", "")
	body, _ := io.ReadAll(first.Body)
	if first.StatusCode != 200 || first.Header.Get("Content-Type") != "audio/ogg" || !strings.HasPrefix(string(body), "OggS") {
		t.Fatalf("%d %v", first.StatusCode, first.Header)
	}
	etag := first.Header.Get("ETag")
	if r := get("/prompts/answerer/county", etag); r.StatusCode != http.StatusNotModified {
		t.Errorf("the same again: %d", r.StatusCode)
	}
	put(t, folder, "answerer/county.wav", EncodeWAV(tone(440, 0.2, 1)))
	if r := get("/prompts/answerer/county", etag); r.StatusCode != 200 || r.Header.Get("Content-Type") != "audio/wav" {
		t.Errorf("after a recording: %d %v", r.StatusCode, r.Header)
	}
	for _, path := range []string{"/prompts/", "/prompts/nobody", "/prompts/../received", "/prompts/answerer/"} {
		if r := get(path, ""); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

// TestServedByThePanel: the page reaches the prompts, other sites' pages do not.
func TestServedByThePanel(t *testing.T) {
	s, err := panel.New(panel.Config{Listen: "127.0.0.1:0", Pages: fstest.MapFS{}, Media: func(bool) {},
		Connect: func() []string { return nil }, Prompts: NewLibrary("")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	for origin, want := range map[string]int{"": 200, "http://" + s.Addr(): 200, "http://elsewhere.example": 403} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr()+"/prompts/answerer/county", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != want {
			t.Errorf("from %q: %d, want %d", origin, got.StatusCode, want)
		}
	}
}

func TestAnswerer(t *testing.T) {
	for _, c := range []struct {
		person, post string
		want         []Code
	}{
		{"", "", []Code{Answered}},
		{"p-7", "接线员", []Code{"answerer/person-p-7", AnswererOperator, Answered}},
		{"../x", "带班领导（副镇长）", []Code{AnswererDutyLeader, Answered}},
		{"", "县指挥中心接线员", []Code{AnswererCounty, Answered}},
		{"", "县人社局业务窗口", []Code{AnswererWindow, Answered}},
		{"", "村医", []Code{AnswererDoctor, Answered}},
	} {
		if got := Answerer(c.person, c.post); !slices.Equal(got, c.want) {
			t.Errorf("%q %q: %v, want %v", c.person, c.post, got, c.want)
		}
	}
	for _, p := range posts {
		if _, ok := Find(p.code); !ok {
			t.Errorf("%s is not in the catalogue", p.code)
		}
	}
}

// TestRender makes one stopgap with the real program.
func TestRender(t *testing.T) {
	if _, err := exec.LookPath("espeak-ng"); err != nil {
		t.Fatal("espeak-ng is missing: run deploy/setup.sh test")
	}
	p, _ := Find(Sending)
	file, err := Render(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if found := judge(p, "", Measured(samples)); len(found) > 0 {
		t.Errorf("%+v of %+v", found, Measured(samples))
	}
	p.Text = "没有读音"
	if _, err := Render(context.Background(), p); err == nil {
		t.Error("a text without a reading was rendered")
	}
}

func FuzzDecode(f *testing.F) {
	for _, code := range []Code{RateGood, Answered} {
		file, err := stopgap(code)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file.Data)
	}
	f.Add(EncodeWAV(tone(440, 0.2, 0.05)))
	f.Add(wav(wavFormat{wavFloat, 2, 8000, 32}, 440, 0.2, 0.05))
	f.Fuzz(func(t *testing.T, data []byte) {
		if samples, err := Decode(data); err == nil {
			if m := Measured(samples); m.Seconds <= 0 || m.Seconds > 4*maxSeconds {
				t.Errorf("%+v", m)
			}
		}
	})
}

package voice

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"huying/terminal/prompt"
	"huying/terminal/voice/order"
	"huying/terminal/voice/sound"
)

const patience = 20 * time.Second

// room is what a kiosk stands in: its loudspeaker is heard by its microphone.
type room struct {
	t            *testing.T
	mic, speaker string
	mu           sync.Mutex
	echo         float64
	heard        []int16
	changed      chan struct{}
}

func newRoom(t *testing.T) *room {
	t.Helper()
	dir := t.TempDir()
	r := &room{t: t, mic: filepath.Join(dir, "mic"), speaker: filepath.Join(dir, "speaker"), changed: make(chan struct{})}
	var ends []*os.File
	for _, path := range []string{r.mic, r.speaker} {
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, f)
	}
	stop := make(chan struct{})
	var done sync.WaitGroup
	t.Cleanup(func() { close(stop); done.Wait(); ends[0].Close(); ends[1].Close() })
	done.Go(func() {
		clock := time.NewTicker(20 * time.Millisecond)
		defer clock.Stop()
		for {
			select {
			case <-clock.C:
				r.pass(ends[0], ends[1])
			case <-stop:
				return
			}
		}
	})
	return r
}

// pass is 20 ms of the card's life.
func (r *room) pass(mic, speaker *os.File) {
	octets, frame := make([]byte, sound.Rate/25), make([]int16, sound.Rate/50)
	_ = speaker.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	_, _ = io.ReadFull(speaker, octets)
	sound.Samples(octets, frame)
	r.mu.Lock()
	r.heard = append(r.heard, frame...)
	for i := range frame {
		frame[i] = int16(float64(frame[i])*r.echo) + int16(i%7) // a little noise
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()
	sound.Octets(frame, octets)
	_ = mic.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
	_, _ = mic.Write(octets)
}

// loudness of the last 0.1 s in dB of full scale.
func (r *room) loudness() float64 {
	last := r.heard[max(0, len(r.heard)-sound.Rate/10):]
	sum := 1e-9
	for _, v := range last {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(max(1, len(last)))/(32768*32768))
}

func (r *room) await(what string, ok func() bool) {
	r.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		r.mu.Lock()
		good, changed := ok(), r.changed
		r.mu.Unlock()
		if good {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			r.t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

func (r *room) loud() bool   { return r.loudness() > -35 }
func (r *room) silent() bool { return r.loudness() < -70 }

// script is a voice program that notes what it is told and plays no sound.
const script = `#!/bin/sh
cd "$(dirname "$0")"
echo begun >>log
read -r order; echo "$order" >>log
echo '{"state":"joined"}'
while read -r line; do echo "$line" >>log; done
echo '{"state":"left","why":"told to"}'
echo ended >>log
`

type stand struct {
	*Voice
	*room
	log   string
	mu    sync.Mutex
	alive []bool
}

func newStand(t *testing.T, script string, prompts map[prompt.Code]float64) *stand {
	t.Helper()
	s := &stand{room: newRoom(t)}
	dir := t.TempDir()
	s.log = filepath.Join(dir, "log")
	path := filepath.Join(dir, programName)
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for code, hz := range prompts {
		tone := make([]float32, prompt.Rate)
		for i := range tone {
			tone[i] = float32(0.3 * math.Sin(2*math.Pi*hz*float64(i)/prompt.Rate))
		}
		if err := os.WriteFile(filepath.Join(folder, string(code)+".wav"), prompt.EncodeWAV(tone), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	v, err := New(Config{Program: path, Capture: "pipe:" + s.mic, Playback: "pipe:" + s.speaker, Prompts: folder,
		Alive: func(on bool) { s.mu.Lock(); s.alive = append(s.alive, on); s.mu.Unlock() },
		Log:   slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.Voice = v
	v.Start()
	t.Cleanup(v.Stop)
	return s
}

func (s *stand) lines() []string {
	raw, _ := os.ReadFile(s.log)
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

func (s *stand) told(line string) bool { return slices.Contains(s.lines(), line) }

// order reads the n-th order that a program was given.
func (s *stand) order(n int) (o order.Order) {
	for _, l := range s.lines() {
		if strings.Contains(l, `"url"`) {
			if n--; n == 0 {
				_ = json.Unmarshal([]byte(l), &o)
			}
		}
	}
	return o
}

// TestOneOwnerOfTheCard: a talk cuts a prompt off, its own prompts go to the
// program, and what is said after it waits until the program is gone.
func TestOneOwnerOfTheCard(t *testing.T) {
	s := newStand(t, script, map[prompt.Code]float64{prompt.Ringing: 500, prompt.Ended: 900})
	s.Say(prompt.Ringing)
	s.await("a prompt", s.loud)
	s.Talk("ws://hub", "secret", false)
	s.Talk("ws://hub", "secret", false) // the same again
	s.Say(prompt.Answered)
	s.await("the talk", func() bool { return s.told(`{"say":["answered"]}`) })
	s.await("the prompt is cut off", s.silent)
	s.room.mu.Lock()
	if got := seconds(s.heard, 500); got > 0.8 {
		t.Errorf("under the talk the prompt went on for %.1f s", got)
	}
	s.room.mu.Unlock()
	if got := s.order(1); got.URL != "ws://hub" || got.Token != "secret" || got.Capture != "pipe:"+s.mic || got.Quiet {
		t.Errorf("ordered %+v", got)
	}
	if len(s.lines()) != 3 {
		t.Errorf("beside the order, the program was told %q", s.lines())
	}
	s.Hush()
	s.Say(prompt.Ended)
	s.await("a prompt after the talk", s.loud)
	if l := s.lines(); len(l) != 4 || l[3] != "ended" {
		t.Errorf("the program was told %q", l)
	}
	s.Talk("ws://hub", "other", true)
	s.await("a quiet talk", func() bool { return s.order(2).Quiet })
}

// TestTheGreetingGoesAlong: who answers is said although where to talk was
// learnt only a moment later.
func TestTheGreetingGoesAlong(t *testing.T) {
	s := newStand(t, script, map[prompt.Code]float64{prompt.Ringing: 500, prompt.Answered: 900})
	s.Say(prompt.Answered)
	s.await("the greeting", s.loud)
	s.Talk("ws://hub", "secret", false)
	s.await("the greeting in the talk", func() bool { return s.told(`{"say":["answered"]}`) })
}

// TestThePromptThatBeganIsHeard to its end, then the newest, and nothing of
// what was said between; silence is at once.
func TestThePromptThatBeganIsHeard(t *testing.T) {
	s := newStand(t, script, map[prompt.Code]float64{prompt.PressedUrgent: 500, prompt.Sending: 1500, prompt.Received: 2500, prompt.Ringing: 3000})
	s.Say(prompt.PressedUrgent, prompt.Sending)
	s.await("the first", s.loud)
	s.Say(prompt.Received, prompt.Ringing)
	s.await("the last", func() bool { return seconds(s.heard, 3000) > 0.9 && s.silent() })
	s.room.mu.Lock()
	for code, want := range map[float64]bool{500: true, 1500: false, 2500: true, 3000: true} {
		if got := seconds(s.heard, code); (got > 0.9 && got < 1.5) != want || !want && got > 0 {
			t.Errorf("%.0f Hz was heard for %.1f s, wanted: %v", code, got, want)
		}
	}
	s.heard = nil
	s.room.mu.Unlock()
	s.Say(prompt.Sending, prompt.Ringing)
	s.await("a prompt", s.loud)
	s.Silence()
	s.await("silence", s.silent)
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	if got := seconds(s.heard, 1500); got > 0.5 {
		t.Errorf("after Silence the prompt went on for %.1f s", got)
	}
}

// seconds is for how long a tone was heard.
func seconds(samples []int16, hz float64) float64 {
	n := 0
	const part = sound.Rate / 50
	for ; len(samples) >= part; samples = samples[part:] {
		re, im := 0.0, 0.0
		for i, v := range samples[:part] {
			a := 2 * math.Pi * hz * float64(i) / sound.Rate
			re, im = re+float64(v)*math.Cos(a), im+float64(v)*math.Sin(a)
		}
		if math.Hypot(re, im)*2/part > 0.1*math.MaxInt16 {
			n++
		}
	}
	return float64(n) / 50
}

// TestABrokenTalkIsBegunAgain, and no more after Hush.
func TestABrokenTalkIsBegunAgain(t *testing.T) {
	s := newStand(t, "#!/bin/sh\necho x >>\"$(dirname \"$0\")/log\"\nread -r order\necho broken >&2\nexit 3\n", nil)
	s.Talk("ws://hub", "secret", false)
	s.await("three tries", func() bool { return len(s.lines()) >= 3 })
	s.Hush()
	s.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.alive) < 2 || slices.Contains(s.alive, true) {
		t.Errorf("told of life: %v", s.alive)
	}
}

// TestAHungProgramIsKilled: Stop returns all the same.
func TestAHungProgramIsKilled(t *testing.T) {
	s := newStand(t, "#!/bin/sh\necho $$ >\"$(dirname \"$0\")/log\"\nexec sleep 1000\n", nil)
	s.Talk("ws://hub", "secret", false)
	s.await("the program", func() bool { return s.lines()[0] != "" })
	s.Stop()
	if _, err := os.Stat("/proc/" + s.lines()[0]); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the program lives: %v", err)
	}
}

// TestTheToneIsHeardOrNot is the daily self-test of loudspeaker and microphone.
func TestTheToneIsHeardOrNot(t *testing.T) {
	s := newStand(t, script, nil)
	result := make(chan error, 1)
	for _, c := range []struct {
		echo float64
		good bool
	}{{0.1, true}, {0, false}, {0.01, true}} {
		s.room.mu.Lock()
		s.echo = c.echo
		s.room.mu.Unlock()
		s.TestSound(func(err error) { result <- err })
		if err := <-result; (err == nil) != c.good {
			t.Errorf("echo %.2f: %v", c.echo, err)
		}
	}
	s.TestSound(func(err error) { result <- err })
	s.await("the tone", s.loud)
	s.Talk("ws://hub", "secret", false)
	if err := <-result; !errors.Is(err, ErrCut) {
		t.Errorf("cut off by a talk: %v", err)
	}
	s.await("the talk", func() bool { return s.order(1).Token == "secret" })
}

// TestADeadCardIsTold: once it has failed for a while, and when it works again.
func TestADeadCardIsTold(t *testing.T) {
	var told []string
	v, err := New(Config{Program: "/bin/sh", Fault: func(p Part, why string) { told = append(told, string(p)+":"+why) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, mic := range []string{"", "busy", "", "busy", "busy", "dead", "dead", "", ""} {
		v.hear(order.Report{State: order.Joined, Mic: mic})
	}
	if want := []string{"microphone:dead", "microphone:"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	// A prompt has tried several times already.
	s := newStand(t, script, nil)
	news := make(chan string, 4)
	s.cfg.Fault = func(p Part, why string) { news <- why }
	if err := os.Remove(s.speaker); err != nil {
		t.Fatal(err)
	}
	s.Say(prompt.Ringing)
	if why := <-news; !strings.Contains(why, "no such file") {
		t.Errorf("of a loudspeaker that is gone it is told %q", why)
	}
}

func TestTheVoiceServerIsTried(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		good   bool
	}{
		"joins":  {"#!/bin/sh\nread -r o\necho '{\"state\":\"joined\"}'\n", true},
		"cannot": {"#!/bin/sh\nread -r o\necho '{\"state\":\"left\",\"why\":\"refused\"}'\nexit 1\n", false},
	} {
		s := newStand(t, c.script, nil)
		result := make(chan error, 1)
		s.TestMedia("ws://hub", "secret", func(err error) { result <- err })
		if err := <-result; (err == nil) != c.good || err != nil && !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatCannotBe(t *testing.T) {
	if _, err := New(Config{Program: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a voice without its program was made")
	}
	if _, err := New(Config{Program: "/bin/sh", Capture: "pipe:/x"}); err == nil {
		t.Error("a pipe and a card were mixed")
	}
}

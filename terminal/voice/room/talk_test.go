package room_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	operator "huying/cmd/villagesim/voice"
	"huying/hub/media"
	"huying/hub/media/embedded"
	"huying/terminal/voice"
	"huying/terminal/voice/order"
)

// patience bounds every wait; nothing waits this long unless it is broken.
const patience = 20 * time.Second

// talks is how many talks are held, one after the other.
var talks = flag.Int("talks", 2, "talks of the proof")

// program is the real voice program, built once.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "huying-voice-")
	if err == nil {
		program = filepath.Join(dir, "terminal-voice")
		build := exec.Command("go", "build", "-o", program, "huying/cmd/terminal-voice")
		build.Stderr = os.Stderr
		err = build.Run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// town is a hub's own port with LiveKit behind it.
type town struct {
	t     *testing.T
	rooms *media.Rooms
	url   string
}

func newTown(t *testing.T) *town {
	t.Helper()
	s, err := embedded.Start(t.Context(), media.Config{NodeIP: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	mux := http.NewServeMux()
	mux.Handle("/rtc", s.Handler())
	mux.Handle("/rtc/", s.Handler())
	port := httptest.NewServer(mux)
	t.Cleanup(port.Close)
	return &town{t, s.Rooms(), "ws" + strings.TrimPrefix(port.URL, "http")}
}

func (w *town) open(call string) {
	w.t.Helper()
	if err := w.rooms.Open(w.t.Context(), call); err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) token(call, who string) string {
	w.t.Helper()
	token, err := w.rooms.Token(call, who, who, media.Talker, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// kiosk is a kiosk's voice with a sound card of pipes.
type kiosk struct {
	*voice.Voice
	*card
	mu    sync.Mutex
	alive []bool
	last  order.Report
	news  chan struct{}
}

func newKiosk(t *testing.T, c voice.Config) *kiosk {
	t.Helper()
	k := &kiosk{card: newCard(t), news: make(chan struct{}, 1)}
	c.Program, c.Capture, c.Playback = program, "pipe:"+k.mic, "pipe:"+k.speaker
	c.Alive = func(on bool) { k.note(func() { k.alive = append(k.alive, on) }) }
	c.Report = func(r order.Report) { k.note(func() { k.last = r }) }
	v, err := voice.New(c)
	if err != nil {
		t.Fatal(err)
	}
	k.Voice = v
	v.Start()
	t.Cleanup(v.Stop)
	return k
}

func (k *kiosk) note(f func()) {
	k.mu.Lock()
	f()
	k.mu.Unlock()
	select {
	case k.news <- struct{}{}:
	default:
	}
}

// until waits until a condition on what the voice told holds.
func (k *kiosk) until(what string, ok func() bool) {
	k.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		k.mu.Lock()
		good := ok()
		k.mu.Unlock()
		if good {
			return
		}
		select {
		case <-k.news:
		case <-late.C:
			k.t.Fatalf("%s: not within %s; last report %+v, alive %v", what, patience, k.last, k.alive)
		}
	}
}

func (k *kiosk) joined() bool { return k.last.State == order.Joined }

// TestTheyHearEachOther is the proof: a tone played at one side is measured at
// the other, in both directions, also at once, and how long it was on its way.
func TestTheyHearEachOther(t *testing.T) {
	w := newTown(t)
	a, b := newKiosk(t, voice.Config{FullDuplex: true}), newKiosk(t, voice.Config{FullDuplex: true})
	var joinWorst, delayWorst time.Duration
	memory := 0
	for n := range *talks {
		call := fmt.Sprintf("c%d", n)
		w.open(call)
		began := time.Now()
		a.Talk(w.url, w.token(call, "kiosk"), false)
		b.Talk(w.url, w.token(call, "other"), false)
		up, down := 440+50*float64(n%10), 1500+70*float64(n%10)
		a.Tone(up)
		joinWorst = max(joinWorst, b.AwaitOnset("first sound", up).Sub(began))
		b.AwaitTone("from the kiosk", up)
		b.Tone(down)
		a.AwaitTone("from the other side, both at once", down)
		b.AwaitTone("from the kiosk, both at once", up)
		a.Tone(0)
		b.AwaitSilence("the kiosk is silent")
		b.Tone(0)
		a.AwaitSilence("both are silent")
		for range 3 {
			a.Tone(up)
			delayWorst = max(delayWorst, b.AwaitOnset("a word", up).Sub(a.since))
			a.Tone(0)
			b.AwaitSilence("between words")
			b.Tone(down)
			delayWorst = max(delayWorst, a.AwaitOnset("an answer", down).Sub(b.since))
			b.Tone(0)
			a.AwaitSilence("between answers")
		}
		for _, pid := range children(t, program) {
			memory = max(memory, resident(pid))
		}
		a.Hush()
		b.Hush()
	}
	t.Logf("trials: %d talks, %d tones and words each way", *talks, 4**talks)
	t.Logf("worst: first sound after %d ms, mouth to ear %d ms, %d MB for the voice program",
		joinWorst.Milliseconds(), delayWorst.Milliseconds(), memory>>10)
	if delayWorst > 600*time.Millisecond {
		t.Errorf("a word took %s", delayWorst)
	}
}

// TestWithAnOperatorsClient talks with another implementation, which measures
// packet by packet, in both codecs.
func TestWithAnOperatorsClient(t *testing.T) {
	w := newTown(t)
	for _, codec := range []string{"opus", "pcmu"} {
		w.open(codec)
		k := newKiosk(t, voice.Config{Codec: codec})
		k.Tone(500)
		k.Talk(w.url, w.token(codec, "kiosk"), false)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		o, err := operator.Join(ctx, w.url, w.token(codec, "operator"), operator.Options{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := o.AwaitHeard(ctx, "kiosk", 100)
		if err != nil || math.Abs(h.Hz-500) > 3 || math.Abs(h.Level+13.5) > 1.5 || h.Faults > 0 || !strings.Contains(strings.ToLower(h.Codec), codec) {
			t.Errorf("%s: heard %+v, %v; want 500 Hz at -13.5 dB", codec, h, err)
		}
		speaking, err := operator.Join(ctx, w.url, w.token(codec, "cadre"), operator.Options{Hz: 900})
		if err != nil {
			t.Fatal(err)
		}
		k.AwaitTone("a cadre", 900)
		// The kiosk's own tone would come back as echo: it is turned down meanwhile.
		quieter := func() bool { h := o.Heard(); return len(h) == 2 && h[1].Level < -25 && math.Abs(h[1].Hz-500) < 3 }
		for deadline := time.Now().Add(patience); !quieter(); {
			if time.Now().After(deadline) {
				t.Fatalf("%s: the microphone is not turned down while a cadre speaks: %+v", codec, o.Heard())
			}
			if _, err := o.AwaitHeard(ctx, "kiosk", o.Heard()[1].Packets+10); err != nil {
				t.Fatal(err)
			}
		}
		speaking.Leave()
		o.Leave()
		k.Stop()
		cancel()
	}
}

// TestThePromptIsHeardBeforeAndDuringATalk: the villager hears it, the others do not.
func TestThePromptIsHeardBeforeAndDuringATalk(t *testing.T) {
	w := newTown(t)
	w.open("c1")
	loud := func(heard []float64) bool {
		return len(heard) > 4800 && decibel(heard[len(heard)-4800:]) > -30
	}
	k := newKiosk(t, voice.Config{})
	k.Say("sending")
	k.await("a prompt without a talk", loud)
	k.AwaitSilence("after the prompt")
	k.Talk(w.url, w.token("c1", "kiosk"), false)
	k.Say("answered")
	k.await("a prompt while the talk begins", loud)
	k.until("joined", k.joined)
	k.AwaitSilence("after the second prompt")
	o, err := operator.Join(t.Context(), w.url, w.token("c1", "operator"), operator.Options{Hz: 700})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	k.AwaitTone("the operator", 700)
	k.Say("recording_notice")
	k.await("a prompt over the voice", func(heard []float64) bool { return loud(heard) && share(heard[len(heard)-4800:], 700) < 0.7 })
	k.AwaitTone("the operator again", 700)
	if h := o.Heard(); len(h) == 1 && h[0].Loudest > -60 {
		t.Errorf("the operator hears the prompt: %+v", h)
	}
	k.Hush()
	k.AwaitSilence("after the talk")
	k.Say("ended")
	k.await("a prompt after the talk", loud)
}

// TestTheVoiceComesBack when its program is killed, and stops trying at Hush.
func TestTheVoiceComesBack(t *testing.T) {
	w := newTown(t)
	w.open("c1")
	k := newKiosk(t, voice.Config{})
	o, err := operator.Join(t.Context(), w.url, w.token("c1", "operator"), operator.Options{Hz: 700})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	k.Talk(w.url, w.token("c1", "kiosk"), false)
	k.AwaitTone("the operator", 700)
	for _, pid := range children(t, program) {
		p, _ := os.FindProcess(pid)
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	k.until("the loss is told", func() bool { return len(k.alive) > 0 && !k.alive[len(k.alive)-1] })
	k.AwaitTone("the operator after the program was killed", 700)
	k.until("life is told", func() bool { return k.alive[len(k.alive)-1] })
	if err := w.rooms.Close(t.Context(), "c1"); err != nil {
		t.Fatal(err)
	}
	k.until("the end is told", func() bool { return !k.alive[len(k.alive)-1] })
	w.open("c1")
	k.until("it joined again", func() bool { return k.alive[len(k.alive)-1] })
	k.Hush()
	k.Stop()
	if left := children(t, program); len(left) > 0 {
		t.Errorf("programs are left: %v", left)
	}
}

// resident is the greatest size of a process so far, in KiB; 0 if it is gone.
func resident(pid int) (kib int) {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if _, after, ok := strings.Cut(string(raw), "VmHWM:"); ok {
		_, _ = fmt.Sscan(after, &kib)
	}
	return kib
}

// children lists the processes of a program, by /proc.
func children(t *testing.T, program string) (pids []int) {
	t.Helper()
	found, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, exe := range found {
		if path, err := os.Readlink(exe); err == nil && path == program {
			pid := 0
			if _, err := fmt.Sscanf(exe, "/proc/%d/exe", &pid); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// TestAQuietTalk: the operator hears the kiosk, and nothing is heard there.
func TestAQuietTalk(t *testing.T) {
	w := newTown(t)
	w.open("c1")
	k := newKiosk(t, voice.Config{})
	o, err := operator.Join(t.Context(), w.url, w.token("c1", "operator"), operator.Options{Hz: 700})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Leave()
	k.Tone(500)
	k.Talk(w.url, w.token("c1", "kiosk"), true)
	k.Say("answered")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if h, err := o.AwaitHeard(ctx, "kiosk", 50); err != nil || math.Abs(h.Hz-500) > 3 || h.Level < -20 {
		t.Errorf("the operator hears %+v, %v", h, err)
	}
	k.card.mu.Lock()
	defer k.card.mu.Unlock()
	if d := decibel(k.heard); d > -90 {
		t.Errorf("the quiet kiosk is heard at %.1f dB", d)
	}
}

// TestTryingTheServer is the self-test: it says whether a talk would work.
func TestTryingTheServer(t *testing.T) {
	w := newTown(t)
	w.open("c1")
	k := newKiosk(t, voice.Config{})
	for token, good := range map[string]bool{w.token("c1", "kiosk"): true, w.token("never-opened", "kiosk"): false, "": false} {
		result := make(chan error, 1)
		k.TestMedia(w.url, token, func(err error) { result <- err })
		if err := <-result; (err == nil) != good {
			t.Errorf("good %v: %v", good, err)
		}
	}
}

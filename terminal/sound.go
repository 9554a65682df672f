package terminal

import (
	"cmp"
	"errors"
	"path/filepath"

	"huying/internal/wire"
	"huying/terminal/panel"
	"huying/terminal/prompt"
	"huying/terminal/selftest"
	speech "huying/terminal/voice"
)

// promptFolder is where the county's own recordings of the prompts lie; it need
// not exist.
func (c Config) promptFolder() string { return filepath.Join(c.DataDir, "prompts") }

// Voice is how a kiosk without a screen speaks. Without a device the page does.
type Voice struct {
	Device   string `koanf:"device"`   // ALSA's name of microphone and loudspeaker, such as "default"
	Capture  string `koanf:"capture"`  // of the microphone, where it is another device
	Playback string `koanf:"playback"` // of the loudspeaker, where it is another device
	Codec    string `koanf:"codec"`    // opus, or pcmu for a very weak board
	Program  string `koanf:"program"`  // the voice program; empty: terminal-voice beside this one
	// FullDuplex is for a sound card that cancels the echo of its own
	// loudspeaker; otherwise the microphone is turned down while others speak.
	FullDuplex bool `koanf:"full_duplex"`
}

// validate reports a setting that cannot be used.
func (v Voice) validate() error {
	switch {
	case v.Device == "" && v != (Voice{}) && (v.Capture == "" || v.Playback == ""):
		return &FieldError{"voice.device", "没有写明声卡，一般写 default；运行“aplay -L”可以看到有哪些。"}
	case v.Codec != "" && v.Codec != "opus" && v.Codec != "pcmu":
		return &FieldError{"voice.codec", "应为 opus 或 pcmu。"}
	}
	return nil
}

// speaker is a voice, as the terminal uses it; *speech.Voice is one.
type speaker interface {
	Start()
	Stop()
	Talk(url, token string, quiet bool)
	Hush()
	Volume(percent int)
	Say(...prompt.Code)
	Silence()
	TestSound(done func(error))
	TestMedia(url, token string, done func(error))
}

// giveVoice has the terminal speak by itself, where the settings say so. A
// voice that cannot be is a fault: the keys go on without it.
func (t *Terminal) giveVoice() {
	c := t.cfg.Voice
	if c == (Voice{}) {
		return
	}
	v, err := t.parts.voice(speech.Config{
		Program: c.Program, Capture: cmp.Or(c.Capture, c.Device), Playback: cmp.Or(c.Playback, c.Device),
		Codec: c.Codec, FullDuplex: c.FullDuplex, Prompts: t.cfg.promptFolder(),
		Alive: func(alive bool) { t.tell(voice{alive}) }, Log: t.log,
		Fault: func(part speech.Part, why string) { t.tell(soundNews{string(part), why}) },
	})
	if err != nil {
		t.mute = err.Error()
		return
	}
	t.panel = &speaking{page: t.panel, voice: v, tested: t.tested}
}

// soundNews is that a part of the voice fails, or works again if why is empty.
type soundNews struct{ part, why string }

// speaking is a page beside which the terminal speaks: it follows the views as
// the page would, and the page itself only shows.
type speaking struct {
	page
	voice  speaker
	tested func(name, result, detail string) bool
	said   uint64
	volume int
	test   string
}

func (s *speaking) Start() error {
	s.voice.Start()
	return s.page.Start()
}

func (s *speaking) Stop() {
	s.voice.Stop()
	s.page.Stop()
}

// Show does what a view asks for; only the loop calls it.
func (s *speaking) Show(v panel.View) {
	if v.Volume != s.volume {
		s.volume = v.Volume
		s.voice.Volume(v.Volume)
	}
	if v.Media != nil {
		s.voice.Talk(v.Media.URL, v.Media.Token, v.Quiet)
	} else {
		s.voice.Hush()
	}
	if v.Say != nil && v.Say.N != s.said {
		s.said = v.Say.N
		s.say(v.Say.Prompts)
	}
	s.try(v.Test)
	v.Media, v.Say, v.Test = nil, nil, nil
	s.page.Show(v)
}

func (s *speaking) say(names []string) {
	if len(names) == 0 {
		s.voice.Silence()
		return
	}
	codes := make([]prompt.Code, 0, len(names))
	for _, n := range names {
		codes = append(codes, prompt.Code(n))
	}
	s.voice.Say(codes...)
}

// try makes a self-test once for each time that it is asked for.
func (s *speaking) try(t *panel.Test) {
	name := ""
	if t != nil {
		name = t.Name
	}
	if name == s.test {
		return
	}
	s.test = name
	done := func(err error) {
		switch {
		case err == nil:
			s.tested(name, string(wire.Passed), "")
		case errors.Is(err, speech.ErrCut):
			s.tested(name, string(wire.Skipped), err.Error())
		default:
			s.tested(name, string(wire.Failed), err.Error())
		}
	}
	switch selftest.Name(name) {
	case selftest.Sound:
		s.voice.TestSound(done)
	case selftest.Media:
		s.voice.TestMedia(t.Media.URL, t.Media.Token, done)
	}
}

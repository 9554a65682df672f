package sound

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeCard has ALSA's own programs write into a file and read from one: all but
// the hardware is real.
func fakeCard(t *testing.T) (in, out string) {
	t.Helper()
	for _, program := range []string{"arecord", "aplay"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is missing: run deploy/setup.sh test", program)
		}
	}
	dir := t.TempDir()
	in, out = filepath.Join(dir, "in.raw"), filepath.Join(dir, "out.raw")
	conf := filepath.Join(dir, "asound.conf")
	text := `</usr/share/alsa/alsa.conf>
pcm.pretend { type file slave.pcm null file "` + out + `" infile "` + in + `" format raw }
`
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALSA_CONFIG_PATH", conf)
	return in, out
}

// some is a second of sound that repeats nowhere soon.
func some() []byte {
	samples, octets := make([]int16, Rate), make([]byte, 2*Rate)
	x := uint32(1)
	for i := range samples {
		x = x*1664525 + 1013904223
		samples[i] = int16(x >> 16)
	}
	Octets(samples, octets)
	return octets
}

func TestALSAPlays(t *testing.T) {
	_, out := fakeCard(t)
	said := some()
	play, err := ALSA{PlayDevice: "pretend"}.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := play.Write(said); err != nil {
		t.Fatal(err)
	}
	if err := play.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil || !bytes.HasPrefix(got, said) {
		t.Errorf("%d octets came out, %v; want the %d that went in", len(got), err, len(said))
	}
}

func TestALSACaptures(t *testing.T) {
	in, _ := fakeCard(t)
	said := some()
	if err := os.WriteFile(in, said, 0o600); err != nil {
		t.Fatal(err)
	}
	mic, err := ALSA{CaptureDevice: "pretend"}.Capture(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, Rate/2)
	if _, err := io.ReadFull(mic, got); err != nil || !bytes.Equal(got, said[:len(got)]) {
		t.Errorf("%v; what the microphone took is not what came", err)
	}
	if err := mic.Close(); err != nil {
		t.Error(err)
	}
}

// TestTheDriversWordsAreTold: "no such device" is what an electrician needs.
func TestTheDriversWordsAreTold(t *testing.T) {
	fakeCard(t)
	card := ALSA{CaptureDevice: "hw:77", PlayDevice: "hw:77"}
	play, err := card.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = play.Write(some())
	}
	mic, micErr := card.Capture(t.Context())
	if micErr != nil {
		t.Fatal(micErr)
	}
	_, micErr = io.ReadFull(mic, make([]byte, 2))
	for name, err := range map[string]error{"aplay": err, "arecord": micErr} {
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "77") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (ALSA{Player: "/nowhere/aplay"}).Play(t.Context()); err == nil {
		t.Error("a program that is not there was started")
	}
}

// TestTheEndOfAContextEndsAll: who reads or writes is woken.
func TestTheEndOfAContextEndsAll(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	card := ALSA{Record: "/bin/sleep", Player: "/bin/sleep"} // hangs for ever, but for its arguments
	dir := t.TempDir()
	hang := filepath.Join(dir, "hang")
	if err := os.WriteFile(hang, []byte("#!/bin/sh\nexec sleep 1000\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	card.Record, card.Player = hang, hang
	mic, err := card.Capture(ctx)
	if err != nil {
		t.Fatal(err)
	}
	play, err := card.Play(ctx)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 2)
	go func() { _, err := io.ReadAll(mic); ended <- err }()
	go func() { _, err := play.Write(make([]byte, 1<<20)); ended <- err }()
	cancel()
	for range 2 {
		if err := <-ended; err == nil {
			t.Error("it went on")
		}
	}
	_, _ = mic.Close(), play.Close()
}

func TestDevicesByName(t *testing.T) {
	for _, c := range []struct {
		capture, playback string
		want              Sound
	}{
		{"", "", ALSA{}},
		{"plughw:CARD=Device", "default", ALSA{CaptureDevice: "plughw:CARD=Device", PlayDevice: "default"}},
		{"pipe:/a", "pipe:/b", Pipes{"/a", "/b"}},
		{"pipe:/a", "default", nil},
	} {
		if got, err := Open(c.capture, c.playback); got != c.want || (err == nil) != (c.want != nil) {
			t.Errorf("%q %q: %v, %v", c.capture, c.playback, got, err)
		}
	}
	file := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (Pipes{Mic: file}).Capture(t.Context()); err == nil {
		t.Error("a plain file was taken for a pipe")
	}
}

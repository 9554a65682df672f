package sound

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"
)

type kept struct{ bytes.Buffer }

func (*kept) Close() error { return nil }

type card struct{ out kept }

func (c *card) Capture(context.Context) (io.ReadCloser, error) { return nil, io.EOF }
func (c *card) Play(context.Context) (io.WriteCloser, error)   { return &c.out, nil }

func TestTheLoudspeakerIsTurnedDown(t *testing.T) {
	for percent, want := range map[int][]int16{0: {1000, -1000, 32767, -32768}, 100: {1000, -1000, 32767, -32768}, 50: {500, -500, 16383, -16384}, 20: {200, -200, 6553, -6553}} {
		c := &card{}
		out, err := At(c, percent).Play(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		octets := make([]byte, 8)
		Octets([]int16{1000, -1000, 32767, -32768}, octets)
		before := bytes.Clone(octets)
		if n, err := out.Write(octets); n != 8 || err != nil {
			t.Fatal(n, err)
		}
		got := make([]int16, 4)
		Samples(c.out.Bytes(), got)
		if !slices.Equal(got, want) || !bytes.Equal(octets, before) {
			t.Errorf("at %d %%: %v, want %v; the caller's samples are %v", percent, got, want, octets)
		}
	}
}

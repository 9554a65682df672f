package room

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"huying/terminal/prompt"
	"huying/terminal/voice/order"
	"huying/terminal/voice/sound"
)

// maxLine bounds an order; a token has about 500 octets.
const maxLine = 16 << 10

// Obey is the voice program: it reads one order from in, talks until in ends or
// the talk does, and writes reports to out. The last one says Left and why.
func Obey(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	var o order.Order
	if !lines.Scan() {
		return errors.Join(errors.New("no order was given"), lines.Err())
	}
	if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
		return fmt.Errorf("order: %w", err)
	}
	card, err := sound.Open(o.Capture, o.Playback)
	if err != nil {
		return err
	}
	told := &teller{out: json.NewEncoder(out), broken: cancel}
	r := New(Options{URL: o.URL, Token: o.Token, Sound: sound.At(card, o.Volume), Codec: o.Codec, FullDuplex: o.FullDuplex,
		Quiet: o.Quiet, Try: o.Try, Told: told.tell})
	go func() { // ends with in; main exits without waiting for it
		defer cancel()
		listen(lines, prompt.NewLibrary(o.Prompts), r)
	}()
	if err := r.Join(ctx); err != nil {
		r.Leave(err.Error())
		return err
	}
	if o.Try {
		r.Leave("tried")
		return nil
	}
	select {
	case <-r.Ended():
	case <-ctx.Done():
	}
	r.Leave("told to")
	return nil
}

// listen plays prompts as told. What is no Say is passed over: a newer terminal
// may say more than this program understands.
func listen(lines *bufio.Scanner, lib *prompt.Library, r *Room) {
	for lines.Scan() {
		var s order.Say
		if json.Unmarshal(lines.Bytes(), &s) != nil || s.Codes == nil {
			continue
		}
		var all []int16
		for _, code := range s.Codes {
			if samples, err := lib.Sound(code); err == nil {
				all = append(all, prompt.Samples16(samples)...)
			}
		}
		r.Say(all)
	}
}

// teller writes reports; who does not read them any more is gone.
type teller struct {
	mu     sync.Mutex
	out    *json.Encoder
	broken func()
}

func (t *teller) tell(r order.Report) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.out.Encode(r) != nil {
		t.broken()
	}
}

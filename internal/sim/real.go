package sim

import (
	"encoding/json"

	"huying/internal/call"
	"huying/internal/kiosk"
	"huying/internal/site"
	"huying/internal/wire"
)

// Every realEvery-th world sends and stores JSON, as real ones do: what is
// lost on the way to a socket or a disk is lost there too. The others hand
// values over, which is several times faster.
const realEvery = 16

func (w *world) real() bool { return w.opt.Seed%realEvery == 0 }

// asSent is a frame as the other side reads it.
func (w *world) asSent(from string, f wire.Frame) (wire.Frame, bool) {
	line, err := wire.Encode(f)
	if err != nil {
		w.violate("wire", "%s sends a frame that cannot be sent: %v", from, err)
		return nil, false
	}
	back, err := wire.Decode(line)
	if err != nil {
		w.violate("wire", "%s sends a frame that cannot be read: %v: %s", from, err, line)
		return nil, false
	}
	return back, true
}

// asStored is an image as a hub's database gives it back.
func (w *world) asStored(im *site.Image) *site.Image {
	for id, c := range im.Calls {
		var back call.Call
		w.through(c, &back)
		im.Calls[id] = back
	}
	for p, rows := range im.Out {
		for i, o := range rows {
			kind, data, err := call.EncodeFact(o.Fact)
			if err == nil {
				o.Fact, err = call.DecodeFact(kind, data)
			}
			if err != nil {
				w.violate("store", "a fact in the outbox for %s cannot be read back: %v", p, err)
				continue
			}
			rows[i] = o
		}
	}
	return im
}

// asJournaled is a journal as a kiosk's disk gives it back.
func (w *world) asJournaled(in []kiosk.Record) []kiosk.Record {
	var back []kiosk.Record
	w.through(in, &back)
	return back
}

func (w *world) through(in, out any) {
	data, err := json.Marshal(in)
	if err == nil {
		err = json.Unmarshal(data, out)
	}
	if err != nil {
		w.violate("store", "what was stored cannot be read back: %v", err)
	}
}

package site

import (
	"errors"
	"slices"

	"huying/internal/call"
)

// Remember is how many of a kiosk's latest calls a site keeps in memory
// besides the open ones: late frames speak of them.
const Remember = 4

// ErrSuperseded is what a store answers to a writer after another process has
// loaded the site: that process is the writer now, and repeating does not help.
var ErrSuperseded = errors.New("another process has loaded this site and is the writer now")

// Image is what a site's storage holds of its calls, and what a site starts
// from. The stores load it; the in-memory one and the simulator also apply
// saves to it.
type Image struct {
	Calls map[call.ID]call.Call
	Seen  map[string]call.Seen // committed presses of each kiosk
	Out   map[call.Site][]OutRow
	NextN map[call.Site]uint64 // number of the next fact for a peer
	Have  map[call.Site]uint64
}

// NewImage is an empty store.
func NewImage() *Image {
	return &Image{Calls: map[call.ID]call.Call{}, Seen: map[string]call.Seen{}, Out: map[call.Site][]OutRow{},
		NextN: map[call.Site]uint64{}, Have: map[call.Site]uint64{}}
}

// Apply commits a save.
func (im *Image) Apply(s Save) {
	for _, p := range s.Presses {
		seen := im.Seen[p.Press.Kiosk]
		seen.Add(p.Press.Mark)
		im.Seen[p.Press.Kiosk] = seen
	}
	for _, c := range s.Calls {
		im.Calls[c.ID] = c
	}
	for _, o := range s.Out {
		if o.N >= max(im.NextN[o.Peer], 1) {
			im.Out[o.Peer] = append(im.Out[o.Peer], o)
			im.NextN[o.Peer] = o.N + 1
		}
	}
	for _, h := range s.Have {
		im.Have[h.Peer] = max(im.Have[h.Peer], h.N)
	}
	for _, m := range s.Sent {
		im.Out[m.Peer] = slices.DeleteFunc(im.Out[m.Peer], func(o OutRow) bool { return o.N <= m.N })
	}
}

// Copy is an image that shares nothing that is written to.
func (im *Image) Copy() *Image {
	c := NewImage()
	for k, v := range im.Calls {
		c.Calls[k] = v
	}
	for k, v := range im.Seen {
		c.Seen[k] = v
	}
	for k, v := range im.Out {
		c.Out[k] = slices.Clone(v)
	}
	for k, v := range im.NextN {
		c.NextN[k] = v
	}
	for k, v := range im.Have {
		c.Have[k] = v
	}
	return c
}

package session

import (
	"slices"

	"huying/internal/wire"
)

// update tells a kiosk what it should know of releases of its program. Older
// programs refuse the frame: only one that says for which machine it was made
// is told.
func (h *Kiosks) update(s *seat, f wire.Health) {
	h.mu.Lock()
	s.health = &f
	h.mu.Unlock()
	h.tellUpdate(s, f)
}

func (h *Kiosks) tellUpdate(s *seat, f wire.Health) {
	if h.Update == nil || f.Arch == "" {
		return
	}
	want, ok := h.Update(s.hello.Kiosk, f)
	if !ok {
		return
	}
	if err := s.Send(want); err != nil {
		h.log.Info("update not told", "kiosk", s.hello.Kiosk, "error", err)
	}
}

// TellUpdates tells kiosks anew what they should know of releases, by what they
// said last; it returns at once. One that is not on the line is told when it
// comes back.
func (h *Kiosks) TellUpdates(kiosks []string) {
	if len(kiosks) == 0 {
		return
	}
	kiosks = slices.Sorted(slices.Values(kiosks))
	type told struct {
		s *seat
		f wire.Health
	}
	var all []told
	for _, s := range h.seats(func(s *seat) bool { _, ok := slices.BinarySearch(kiosks, s.hello.Kiosk); return ok && s.health != nil }) {
		h.mu.Lock()
		all = append(all, told{s, *s.health})
		h.mu.Unlock()
	}
	h.wg.Go(func() { // one that takes nothing is waited for
		for _, t := range all {
			h.tellUpdate(t.s, t.f)
		}
	})
}

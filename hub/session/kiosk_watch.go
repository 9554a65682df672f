package session

import (
	"bytes"
	"context"
	"slices"
	"time"

	"huying/hub/directory"
	"huying/internal/wire"
)

// Papers tells of kiosks that changed.
type Papers interface {
	News(ctx context.Context) (directory.News, error)
	AllKiosks(ctx context.Context) ([]directory.Kiosk, error)
}

// Figures of the watch. A revoked kiosk must be gone within 5 s, whichever of
// several hub processes was told; a look that hangs must not use that up.
const (
	watchEvery    = 2 * time.Second
	watchPatience = 1500 * time.Millisecond
)

// watch ends the sockets of kiosks that were revoked or have another key now.
func (h *Kiosks) watch() {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	var known uint32
	for {
		changed := false
		select {
		case <-h.stop:
			return
		case <-h.look:
			changed = true
		case <-t.C:
		}
		ctx, cancel := context.WithTimeout(context.Background(), watchPatience)
		news, err := h.Papers.News(ctx)
		if err == nil {
			h.expel(news.Revoked)
			if changed {
				err = h.compare(ctx)
			}
		}
		cancel()
		if err != nil {
			h.log.Debug("kiosks not looked at", "error", err)
			continue
		}
		if news.Settings != known {
			known = news.Settings
			h.wg.Go(h.configureAll) // a socket that takes nothing must not keep the watch from the next who is revoked
		}
	}
}

// Look says that kiosks or their settings changed; it returns at once.
func (h *Kiosks) Look() {
	select {
	case h.look <- struct{}{}:
	default:
	}
}

func (h *Kiosks) expel(revoked []string) {
	for _, s := range h.seats(func(s *seat) bool {
		_, found := slices.BinarySearch(revoked, s.hello.Kiosk)
		return found
	}) {
		h.end(s, refused{refuseRevoked, "kiosk", "this kiosk's key was revoked; enrol it anew"})
	}
}

// compare ends the sockets of kiosks that were enrolled anew elsewhere.
func (h *Kiosks) compare(ctx context.Context) error {
	all, err := h.Papers.AllKiosks(ctx)
	if err != nil {
		return err
	}
	keys := make(map[string][]byte, len(all))
	for _, k := range all {
		keys[k.ID] = k.PublicKey
	}
	for _, s := range h.seats(func(s *seat) bool { return !bytes.Equal(keys[s.hello.Kiosk], s.key) }) {
		h.end(s, refused{refuseUnknownCert, "kiosk", "another kiosk was enrolled in this one's place"})
	}
	return nil
}

func (h *Kiosks) seats(which func(*seat) bool) []*seat {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*seat
	for _, st := range h.stands {
		for _, s := range st.all() {
			if which(s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// end cuts a socket off, beside its caller: one that takes nothing is waited
// for, and others must be cut off as well.
func (h *Kiosks) end(s *seat, why refused) {
	h.log.Warn("kiosk cut off", "kiosk", s.hello.Kiosk, "address", s.Address(), "code", why.code)
	h.wg.Go(func() {
		_ = s.Send(wire.Refuse{Code: why.code, Frame: wire.THello, Field: why.field, Message: why.message})
		s.Conn.Close(why.code)
	})
}

// configure sends a kiosk the settings that it should have, unless it says
// that it has or has tried them.
func (h *Kiosks) configure(s *seat, f wire.Health) {
	if f.Config != nil {
		h.mu.Lock()
		s.config = f.Config
		h.mu.Unlock()
	}
	if h.Config == nil {
		return
	}
	want, ok := h.Config(s.hello.Kiosk)
	if !ok || f.Config != nil && (f.Config.Rev >= want.Rev || f.Config.Tried >= want.Rev) {
		return
	}
	if err := s.Send(want); err != nil {
		h.log.Info("settings not sent", "kiosk", s.hello.Kiosk, "error", err)
	}
}

// Reported is what a kiosk on the line said last of its settings; false: it is
// not there, or said nothing.
func (h *Kiosks) Reported(kiosk string) (wire.ConfigState, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	st := h.stands[kiosk]
	if st == nil || st.main.config == nil {
		return wire.ConfigState{}, false
	}
	return *st.main.config, true
}

// configureAll sends every kiosk its settings; what a kiosk knows already it
// passes over.
func (h *Kiosks) configureAll() {
	for _, s := range h.seats(func(*seat) bool { return true }) {
		h.configure(s, wire.Health{})
	}
}

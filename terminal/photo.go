package terminal

import (
	"crypto/tls"
	"path/filepath"

	"huying/internal/call"
	"huying/terminal/panel"
	"huying/terminal/portrait"
)

// photoNews says that a photo came or went, beside the loop.
type photoNews struct{}

// newAlbum makes the album of who answers. Without a key nobody is asked.
func (t *Terminal) newAlbum() *portrait.Album {
	c := portrait.Config{Dir: filepath.Join(t.cfg.DataDir, "photos"), News: func() { t.tell(photoNews{}) }, Log: t.log}
	if t.badge != nil {
		c.Ask = portrait.AskHubs(t.cfg.Kiosk, t.badge, func(address, root string) (*tls.Config, error) {
			return t.secure(Site{URL: address, Root: root})
		})
	}
	return portrait.New(c)
}

// face adds the photo of who answers, if it is known; it waits for nothing.
func (l *loop) face(v *panel.View, g call.Grant) {
	if v.Answerer == nil {
		l.album.Rest()
		return
	}
	of := portrait.Of{Site: string(g.Site), Person: g.Person.ID}
	for _, s := range l.cfg.sites() {
		if s.Site == of.Site {
			of.URL, of.Root = s.URL, s.Root
		}
	}
	v.Answerer.Photo = l.album.Look(of)
}

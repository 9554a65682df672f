package hub

import (
	"context"
	"time"

	"huying/hub/desk"
	"huying/hub/media"
)

// startVoice never stops a hub: without voice calls still ring and somebody
// still goes there.
func (a *App) startVoice(ctx context.Context) {
	if a.cfg.Media.Mode == media.ModeExternal || a.parts.StartVoice == nil {
		return
	}
	v, err := a.parts.StartVoice(ctx, a.cfg.Media)
	if err != nil {
		a.log.Error("no voice: calls ring, but nobody hears anybody", "error", err)
		return
	}
	a.voice = v
}

// watchVoice shows on the pages that the voice server died. The hub goes on:
// whoever runs it decides when a restart, which drops no call, fits best.
func (a *App) watchVoice() {
	if a.voice == nil {
		return
	}
	go func() {
		select {
		case <-a.stopped:
		case <-a.voice.Ended():
			a.log.Error("the voice server ended; calls ring, but nobody hears anybody until the hub is restarted")
			a.desk.VoiceDown()
		}
	}()
}

// talk joins rooms and the address browsers find them at.
type talk struct {
	*media.Rooms
	url string
}

// tokenLife bounds a token; a reload asks for a new one.
const tokenLife = 6 * time.Hour

// Pass gives the address and a talker's token.
func (t talk) Pass(call, identity, name string) (url, token string, err error) {
	token, err = t.Token(call, identity, name, media.Talker, tokenLife)
	return t.url, token, err
}

func (a *App) talk() desk.Voice {
	m := a.cfg.Media
	switch {
	case m.Mode == media.ModeExternal:
		return talk{media.NewRooms(m.URL, m.Key, m.Secret), m.URL}
	case a.voice != nil:
		return talk{a.voice.Rooms(), socketURL(a.cfg.PublicURL, "")}
	}
	return nil
}

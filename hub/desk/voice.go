package desk

import (
	"context"
	"time"

	"huying/internal/call"
	"huying/internal/site"
	"huying/internal/wire"
)

// voiceWait bounds one request to the media server.
const voiceWait = 5 * time.Second

// openRoom prepares the room while the kiosk is being asked, so that the
// answer need not wait for it.
func (d *Desk) openRoom(id call.ID) {
	d.voice("open", id, func(ctx context.Context, v Voice) error { return v.Open(ctx, id.String()) })
}

func (d *Desk) closeRoom(id call.ID) {
	d.voice("close", id, func(ctx context.Context, v Voice) error { return v.Close(ctx, id.String()) })
}

// giveMedia tells the kiosk where to talk. Opening again is cheap and brings
// back a room that the media server lost.
func (d *Desk) giveMedia(e site.GiveMedia) {
	kiosk := e.Call.Kiosk
	d.voice("give", e.Call, func(ctx context.Context, v Voice) error {
		if err := v.Open(ctx, e.Call.String()); err != nil {
			return err
		}
		url, token, err := v.Pass(e.Call.String(), "kiosk:"+kiosk, kiosk)
		if err != nil {
			return err
		}
		d.mu.Lock()
		d.queue(d.kiosks[kiosk], wire.Media{Call: e.Call, Epoch: e.Grant.Epoch, URL: url, Token: token})
		d.release()
		return nil
	})
}

// testLife is how long the room of a self-test stays: the kiosk gives one test
// 30 s.
const testLife = time.Minute

// tryVoice gives a kiosk that tests itself a room to join, alone, and takes it
// away again.
func (d *Desk) tryVoice(test call.PressID) {
	d.giveMedia(site.GiveMedia{Call: test, Grant: call.Grant{Epoch: 1}})
	d.wg.Go(func() {
		select {
		case <-time.After(testLife):
			d.mu.Lock()
			d.closeRoom(test)
			d.release()
		case <-d.ctx.Done():
		}
	})
}

// voice runs one request beside the desk, after the earlier ones of the same
// call: a room that is closed late must not be the next talk's. A failure is
// shown on the pages.
func (d *Desk) voice(what string, id call.ID, do func(context.Context, Voice) error) {
	v := d.cfg.Voice
	if v == nil || d.ctx.Err() != nil {
		return
	}
	before, done := d.rooms[id], make(chan struct{})
	d.rooms[id] = done
	d.wg.Go(func() {
		if before != nil {
			<-before
		}
		ctx, cancel := context.WithTimeout(d.ctx, voiceWait)
		defer cancel()
		err := do(ctx, v)
		if err != nil {
			d.log.Error("voice", "what", what, "call", id.String(), "error", err)
		}
		close(done)
		d.mu.Lock()
		if d.rooms[id] == done {
			delete(d.rooms, id)
		}
		if up := err == nil; up != d.voiceUp && d.ctx.Err() == nil {
			d.voiceUp = up
			d.siteChanged()
		}
		d.release()
	})
}

// VoiceDown shows that nobody will hear anybody.
func (d *Desk) VoiceDown() {
	d.mu.Lock()
	if d.voiceUp {
		d.voiceUp = false
		d.siteChanged()
	}
	d.release()
}

// tell explains to who pressed answer why nothing came of it: the call shows
// itself changed, and the log keeps the reason.
func (d *Desk) tell(e site.Tell) {
	d.log.Info("claim failed", "call", e.Call.String(), "person", e.Person.ID, "code", e.Why.Code, "by", e.Why.By.ID)
	d.changed[e.Call] = true
}

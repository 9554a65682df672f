// Package voice is a participant without a screen, for simulated villages and
// for tests: it joins a call's room, talks (a steady tone) and measures what it
// hears from the others, packet by packet, so that "they hear each other" is a
// number and not a hope. It needs no sound card and no cgo.
package voice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

// joinLimit bounds one join; measured on one machine it takes about 0.2 s.
const joinLimit = 10 * time.Second

// Options says how a Voice talks. The zero value only listens.
type Options struct {
	// Hz is the tone to talk with, 100 to 3400; 0 says nothing and publishes
	// nothing.
	Hz int
	// Codec encodes the tone; nil is Opus.
	Codec Codec
	// OnePeer uses one peer connection in place of two (LiveKit's newer /rtc/v1
	// protocol, which livekit-client uses).
	OnePeer bool
}

// Refused is the error of a Join that the server did not allow.
type Refused struct {
	Status int    // the HTTP status
	Reason string // the server's words
}

func (r *Refused) Error() string {
	return fmt.Sprintf("join refused with %d: %s", r.Status, r.Reason)
}

// Voice is one participant in one room.
type Voice struct {
	room    *lksdk.Room
	started time.Time
	tracks  sync.WaitGroup
	left    chan struct{}
	leave   sync.Once

	mu      sync.Mutex
	ears    map[string]*ear // by identity
	changed chan struct{}   // closed and replaced when something was heard
	closed  bool            // no more tracks are taken
	reason  lksdk.DisconnectionReason
}

// quiet: the SDK writes to the standard log unless its package-wide logger is
// replaced; what matters comes back as errors.
var quiet = sync.OnceFunc(func() { lksdk.SetLogger(logger.GetDiscardLogger()) })

// Join enters the room that the token names on the server at url (http, https,
// ws or wss, with a path prefix if the signalling has one). The context bounds
// the join alone. A join that the server does not allow gives *Refused.
func Join(ctx context.Context, url, token string, o Options) (*Voice, error) {
	quiet()
	v := &Voice{started: time.Now(), left: make(chan struct{}),
		ears: map[string]*ear{}, changed: make(chan struct{})}
	ctx, cancel := context.WithTimeout(ctx, joinLimit)
	defer cancel()
	v.room = lksdk.NewRoom(&lksdk.RoomCallback{
		OnDisconnectedWithReason: v.gone,
		ParticipantCallback:      lksdk.ParticipantCallback{OnTrackSubscribed: v.follow},
	})
	options := []lksdk.ConnectOption{lksdk.WithDisableRegionDiscovery(),
		lksdk.WithLogger(logger.GetDiscardLogger()), lksdk.WithConnectTimeout(joinLimit)}
	if o.OnePeer {
		options = append(options, lksdk.WithSinglePeerConnection())
	}
	if err := v.room.JoinWithContextAndToken(ctx, url, token, options...); err != nil {
		v.Leave()
		return nil, explain(ctx, url, token, err)
	}
	if o.Hz == 0 {
		return v, nil
	}
	if err := v.talk(ctx, o); err != nil {
		v.Leave()
		return nil, err
	}
	return v, nil
}

// talk publishes the tone as a microphone. A token that may not publish shows
// as the end of the context: LiveKit does not answer the request.
func (v *Voice) talk(ctx context.Context, o Options) error {
	if o.Codec == nil {
		o.Codec = Opus{}
	}
	sound, err := newTone(o.Hz, o.Codec)
	if err != nil {
		return err
	}
	track, err := lksdk.NewLocalTrack(o.Codec.Capability())
	if err != nil {
		return fmt.Errorf("tone track: %w", err)
	}
	if err := track.StartWrite(sound, nil); err != nil {
		return fmt.Errorf("tone: %w", err)
	}
	published := make(chan error, 1)
	go func() {
		_, err := v.room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{
			Name: "tone", Source: livekit.TrackSource_MICROPHONE})
		published <- err
	}()
	select {
	case err = <-published:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("publish tone: %w", err)
	}
	return nil
}

// explain asks the server why it refused: the WebSocket's own error says only
// "bad handshake".
func explain(ctx context.Context, url, token string, cause error) error {
	if rest, ok := strings.CutPrefix(url, "ws"); ok {
		url = "http" + rest
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(url, "/")+"/rtc/validate", nil)
	if err != nil {
		return fmt.Errorf("join: %w", cause)
	}
	ask.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return fmt.Errorf("join: %w", errors.Join(cause, err))
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusOK {
		return fmt.Errorf("join: %w", cause)
	}
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	return &Refused{Status: answer.StatusCode, Reason: string(said)}
}

// follow measures one track until it ends. Pictures are declined.
func (v *Voice) follow(track *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, from *lksdk.RemoteParticipant) {
	if track.Kind() != webrtc.RTPCodecTypeAudio {
		_ = pub.SetSubscribed(false)
		return
	}
	decode, rate, err := decoderFor(track.Codec().MimeType)
	if err != nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return
	}
	e := v.ears[from.Identity()]
	if e == nil {
		e = &ear{hearing: Hearing{From: from.Identity()}}
		v.ears[from.Identity()] = e
	}
	e.mu.Lock()
	e.hearing.Codec = track.Codec().MimeType
	e.mu.Unlock()
	v.tracks.Go(func() { v.listen(track, decode, rate, e) })
}

func (v *Voice) listen(track *webrtc.TrackRemote, decode decoder, rate int, e *ear) {
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if len(packet.Payload) == 0 {
			continue // padding, sent to probe the line
		}
		if samples, err := decode(packet.Payload); err != nil {
			e.fault()
		} else {
			e.hear(samples, rate, time.Since(v.started))
		}
		v.mu.Lock()
		close(v.changed)
		v.changed = make(chan struct{})
		v.mu.Unlock()
	}
}

// Heard is what was heard so far, one entry per participant, by identity.
func (v *Voice) Heard() []Hearing {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := make([]Hearing, 0, len(v.ears))
	for _, e := range v.ears {
		all = append(all, e.tell())
	}
	slices.SortFunc(all, func(a, b Hearing) int { return strings.Compare(a.From, b.From) })
	return all
}

// AwaitHeard waits until at least packets packets came from the participant,
// of which at least one was louder than silence. It fails with the context's
// error, or when the room is left; the Hearing is what there is until then.
func (v *Voice) AwaitHeard(ctx context.Context, from string, packets int) (Hearing, error) {
	for {
		v.mu.Lock()
		changed, e := v.changed, v.ears[from]
		v.mu.Unlock()
		if e.heard(packets) {
			return e.tell(), nil
		}
		select {
		case <-changed:
		case <-v.left:
			return e.tell(), fmt.Errorf("left the room while waiting to hear %s", from)
		case <-ctx.Done():
			return e.tell(), fmt.Errorf("waiting to hear %s: %w", from, ctx.Err())
		}
	}
}

func (v *Voice) gone(reason lksdk.DisconnectionReason) {
	v.mu.Lock()
	if v.reason == "" {
		v.reason = reason
	}
	v.mu.Unlock()
	v.leave.Do(func() { close(v.left) })
}

// Left is closed when the voice is no longer in the room: after Leave, when the
// room was closed, when it was removed, when the connection was lost for good.
func (v *Voice) Left() <-chan struct{} { return v.left }

// Reason says why Left was closed, in the SDK's words; empty before that.
func (v *Voice) Reason() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return string(v.reason)
}

// Leave leaves the room and waits until nothing of this voice runs any more. It
// is idempotent, and due also after Left was closed by the other side.
func (v *Voice) Leave() {
	v.gone(lksdk.LeaveRequested)
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.room.Disconnect()
	v.tracks.Wait()
}

// Package room is a talk without a screen: it joins a call's room, publishes
// the microphone and plays everybody else. It links LiveKit's client and
// belongs into the voice program alone, never into the terminal.
package room

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"

	"huying/terminal/voice/codec"
	"huying/terminal/voice/jitter"
	"huying/terminal/voice/order"
	"huying/terminal/voice/sound"
)

// Figures of a talk.
const (
	// joinLimit bounds one join; on one machine it takes about 0.3 s.
	joinLimit = 10 * time.Second
	// reportEvery is how often a talk says that it lives.
	reportEvery = time.Second
)

// Options say what to join and with which ears.
type Options struct {
	URL, Token string
	Sound      sound.Sound
	Codec      string             // see package codec; empty: Opus
	FullDuplex bool               // do not turn the microphone down while others speak
	Quiet      bool               // play nothing, neither voices nor prompts
	Try        bool               // only join: neither publish nor play
	Told       func(order.Report) // called one at a time; it must not call the Room
}

// Room is one talk.
type Room struct {
	o       Options
	room    *lksdk.Room
	speaker *speaker
	mic     mic
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup
	ended   chan struct{}
	once    sync.Once

	mu     sync.Mutex // also keeps reports one after another
	report order.Report
}

// quiet: the SDK writes to the standard log unless its package-wide logger is
// replaced; what matters comes back as errors.
var quiet = sync.OnceFunc(func() { lksdk.SetLogger(logger.GetDiscardLogger()) })

// New opens the loudspeaker, so that prompts are heard from the beginning on,
// and makes a talk that is not yet joined.
func New(o Options) *Room {
	quiet()
	r := &Room{o: o, speaker: newSpeaker(), ended: make(chan struct{})}
	r.mic.loudest = silent
	r.ctx, r.cancel = context.WithCancel(context.Background())
	r.tell(order.Joining, "")
	if !o.Quiet && !o.Try {
		r.work.Go(func() { r.speaker.run(r.ctx, o.Sound) })
	}
	return r
}

// Join enters the room and begins to talk; the encoder is made while the line
// is opened. ctx bounds the join alone. After an error the talk has to be left.
func (r *Room) Join(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinLimit)
	defer cancel()
	if r.o.Try {
		if err := r.enter(ctx); err != nil {
			return err
		}
		r.tell(order.Joined, "")
		return nil
	}
	var enc codec.Encoder
	made := make(chan error, 1)
	go func() {
		var err error
		enc, err = codec.NewEncoder(r.o.Codec)
		made <- err
	}()
	if err := errors.Join(r.enter(ctx), <-made); err != nil {
		return err
	}
	if err := r.publish(ctx, enc); err != nil {
		return err
	}
	r.tell(order.Joined, "")
	r.work.Go(r.keepTelling)
	return nil
}

func (r *Room) enter(ctx context.Context) error {
	r.room = lksdk.NewRoom(&lksdk.RoomCallback{
		OnReconnecting:           func() { r.tell(order.Cut, "reconnecting") },
		OnReconnected:            func() { r.tell(order.Joined, "") },
		OnDisconnectedWithReason: func(why lksdk.DisconnectionReason) { r.end(string(why)) },
		ParticipantCallback:      lksdk.ParticipantCallback{OnTrackSubscribed: r.follow},
	})
	err := r.room.JoinWithContextAndToken(ctx, r.o.URL, r.o.Token, lksdk.WithDisableRegionDiscovery(),
		lksdk.WithLogger(logger.GetDiscardLogger()), lksdk.WithConnectTimeout(joinLimit))
	if err != nil {
		return fmt.Errorf("join: %w", err)
	}
	return nil
}

// publish sends the microphone. A token that may not publish shows as the end
// of the context: LiveKit does not answer the request.
func (r *Room) publish(ctx context.Context, enc codec.Encoder) error {
	capability := webrtc.RTPCodecCapability{MimeType: enc.MIME(), ClockRate: enc.Clock()}
	if enc.MIME() == codec.MIMEOpus {
		capability.Channels, capability.SDPFmtpLine = 2, "minptime=10;useinbandfec=1" // as browsers offer it
	}
	local, err := lksdk.NewLocalTrack(capability)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	far := r.speaker.level
	if r.o.FullDuplex {
		far = nil
	}
	r.work.Go(func() {
		r.mic.run(r.ctx, r.o.Sound, enc, func(s media.Sample) error { return local.WriteSample(s, nil) }, far)
	})
	published := make(chan error, 1)
	go func() {
		_, err := r.room.LocalParticipant.PublishTrack(local, &lksdk.TrackPublicationOptions{
			Name: "kiosk", Source: livekit.TrackSource_MICROPHONE})
		published <- err
	}()
	select {
	case err = <-published:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

// follow hears one track until it ends. Pictures are declined, and all of it
// where nothing is to be played.
func (r *Room) follow(from *webrtc.TrackRemote, pub *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
	if from.Kind() != webrtc.RTPCodecTypeAudio || r.o.Quiet || r.o.Try {
		_ = pub.SetSubscribed(false)
		return
	}
	dec, err := codec.NewDecoder(from.Codec().MimeType)
	if err != nil {
		return
	}
	one := &stream{dec: dec}
	r.speaker.add(one)
	go func() { // ends when the room is left, which closes its tracks
		defer r.speaker.remove(one)
		for {
			p, _, err := from.ReadRTP()
			if err != nil {
				return
			}
			if len(p.Payload) > 0 { // otherwise padding, sent to probe the line
				one.push(jitter.Packet{Seq: p.SequenceNumber, TS: p.Timestamp, Payload: p.Payload})
			}
		}
	}()
}

// Say plays a prompt to the villager alone, over the voices. The samples are
// mono at codec.Rate.
func (r *Room) Say(samples []int16) { r.speaker.say(samples) }

// Ended is closed when the talk is over, by Leave or by the other side.
func (r *Room) Ended() <-chan struct{} { return r.ended }

// Leave ends the talk, for the reason given if it has not ended yet, and waits.
// It may be called again.
func (r *Room) Leave(why string) {
	r.cancel()
	r.end(why)
	if r.room != nil {
		r.room.Disconnect()
	}
	r.work.Wait()
}

func (r *Room) end(why string) {
	r.once.Do(func() {
		r.tell(order.Left, why)
		close(r.ended)
	})
}

func (r *Room) keepTelling() {
	every := time.NewTicker(reportEvery)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			r.tell("", "")
		case <-r.ended:
			return
		}
	}
}

// tell reports; an empty state is the present one.
func (r *Room) tell(state order.State, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.report.State == order.Left {
		return
	}
	if state != "" {
		r.report.State, r.report.Why = state, why
	}
	report := r.report
	report.Others, report.Lost, report.Delay, report.HeardLevel, report.Speaker = r.speaker.take()
	report.MicLevel, report.Mic = r.mic.take()
	if r.o.Told != nil {
		r.o.Told(report)
	}
}

// Package embedded runs LiveKit inside the hub's process. It is the only
// package that imports livekit-server, whose more than five hundred packages
// nothing else should have to compile; everything else uses package media.
//
// When LiveKit does not start, Start returns an error with a sentence for the
// log and the hub goes on: calls ring, are answered and closed without voice.
// A missing voice is a fault to repair, a missing ring is a lost call.
//
// LiveKit was written to be a process. Three things of it are global: its
// logger (the last Start wins), its Prometheus counters (registered once, with
// the first server's node id, in the default registry) and its room count.
// Several servers in one process, one after the other or side by side, work and
// are tested, which is what lets a test hold a township and a county; their
// counters add up. LiveKit leaves a few goroutines behind per Stop (its node
// statistics are never told), so a process should not restart it in a loop.
package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/protocol/logger"

	"huying/hub/media"
)

const (
	// startLimit bounds Start; measured, it takes about 0.12 s, of which LiveKit
	// sleeps 0.1 s by itself.
	startLimit = 10 * time.Second
	// startTries is how often a lost race for a free port is run again.
	startTries = 5
	// startPoll is how often LiveKit is asked whether it runs; it has no signal.
	startPoll = 5 * time.Millisecond
)

// Server is a running LiveKit server.
type Server struct {
	config  media.Config
	rooms   *media.Rooms
	handler http.Handler
	livekit *service.LivekitServer
	ended   chan struct{} // closed when LiveKit's Start has returned
	failure error         // what it returned; read after ended
	stop    sync.Once
}

// Start starts LiveKit and returns when it accepts joins. The context bounds
// the start alone, not the server's life. Errors are *media.Error: CodeConfig,
// CodePort, CodeStart.
func Start(ctx context.Context, c media.Config) (*Server, error) {
	c, err := c.Validate()
	if err != nil {
		return nil, err
	}
	if c.Mode != media.ModeEmbedded {
		return nil, &media.Error{Code: media.CodeConfig, Field: "media.mode",
			Sentence: "只有 embedded 方式才随本程序启动 LiveKit"}
	}
	if c.Key == "" {
		c.Key, c.Secret = "huying-"+rand.Text()[:8], rand.Text()+rand.Text()
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	// LiveKit and its libraries take their logger when they are made.
	logger.SetLogger(log{to: slog.Default().With("component", "livekit")}, "livekit")
	for try := 1; ; try++ {
		server, err := startOnce(ctx, c)
		if err == nil || try == startTries || !errors.Is(err, syscall.EADDRINUSE) || isConfigured(err) {
			return server, err
		}
	}
}

// isConfigured tells a port that an administrator chose, where trying again
// does not help, from one that lost a race.
func isConfigured(err error) bool {
	var e *media.Error
	return errors.As(err, &e) && e.Code == media.CodePort
}

func startOnce(ctx context.Context, c media.Config) (*Server, error) {
	c, signalPort, err := choosePorts(c)
	if err != nil {
		return nil, err
	}
	livekit, err := build(c, signalPort)
	if err != nil {
		return nil, &media.Error{Code: media.CodeStart, Err: err,
			Sentence: "语音服务没有启动，呼叫照常进行但没有声音；请按日志检查 media 设置后重新启动"}
	}
	target := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", signalPort)}
	s := &Server{
		config:  c,
		rooms:   media.NewRooms(target.String(), c.Key, c.Secret),
		handler: newProxy(target),
		livekit: livekit,
		ended:   make(chan struct{}),
	}
	go func() {
		defer close(s.ended)
		s.failure = livekit.Start()
	}()
	if err := s.awaitRunning(ctx); err != nil {
		return nil, &media.Error{Code: media.CodeStart, Err: err,
			Sentence: "语音服务没有启动，呼叫照常进行但没有声音；请按日志检查后重新启动"}
	}
	return s, nil
}

// build makes a LiveKit server; it opens the media ports but not yet the
// signalling port.
func build(c media.Config, signalPort int) (*service.LivekitServer, error) {
	text, err := settings(c, signalPort)
	if err != nil {
		return nil, err
	}
	conf, err := config.NewConfig(text, true, nil, nil)
	if err != nil {
		return nil, err
	}
	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, err
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, err
	}
	return service.InitializeServer(conf, node)
}

func (s *Server) awaitRunning(ctx context.Context) error {
	poll := time.NewTicker(startPoll)
	defer poll.Stop()
	for !s.livekit.IsRunning() {
		select {
		case <-poll.C:
		case <-s.ended:
			if s.failure == nil {
				return errors.New("livekit ended while starting")
			}
			return s.failure
		case <-ctx.Done():
			go s.stopLate()
			return ctx.Err()
		}
	}
	return nil
}

// stopLate stops a server that nobody waits for any more as soon as it can be
// stopped: LiveKit ignores Stop until it runs.
func (s *Server) stopLate() {
	_ = s.awaitRunning(context.Background())
	s.Stop()
}

// Config is the configuration in effect: the chosen ports, the address and the
// key pair included. It holds the secret: do not log it.
func (s *Server) Config() media.Config { return s.config }

// Rooms opens and closes rooms on this server.
func (s *Server) Rooms() *media.Rooms { return s.rooms }

// Handler serves /rtc and what clients need below it; everything else is 404.
// It may be mounted under a prefix with http.StripPrefix, clients then use the
// prefix as their address. The server that carries it must not set a
// ReadTimeout or WriteTimeout on hijacked connections (net/http does not).
func (s *Server) Handler() http.Handler { return s.handler }

// Ended is closed when the server no longer runs: after Stop, or when LiveKit
// gave up by itself, which the hub should log and show as "no voice".
func (s *Server) Ended() <-chan struct{} { return s.ended }

// Stop puts everybody out of all rooms, frees the ports and waits until that
// is done. It is idempotent. After it the handler answers 502.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.livekit.Stop(true)
		<-s.ended
	})
}

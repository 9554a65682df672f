package embedded

import (
	"context"
	"log/slog"
	"regexp"
	"strings"

	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/logger/zaputil"
)

// log passes LiveKit's warnings and errors on to slog. What it says about
// ordinary joins and leaves is dropped: it is some ten lines per participant,
// and among them nobody would see the one that matters.
type log struct {
	to *slog.Logger
	// library: the voice libraries below LiveKit (pion) warn about each
	// connection that is not up yet or not up any more; only errors pass, which
	// is LiveKit's own default for them.
	library bool
}

var _ logger.Logger = log{}

// ordinary are warnings that LiveKit gives whenever somebody leaves.
var ordinary = map[string]bool{
	"error reading data channel":    true,
	"error writing to request sink": true,
}

// signed finds access tokens: LiveKit puts a refused token into its warning
// whole, and an expired one would be readable in the log for ever.
var signed = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]*`)

func (l log) Debugw(string, ...any) {}
func (l log) Infow(string, ...any)  {}

func (l log) Warnw(msg string, err error, pairs ...any) {
	if !l.library && !ordinary[msg] {
		l.write(slog.LevelWarn, msg, err, pairs)
	}
}

func (l log) Errorw(msg string, err error, pairs ...any) { l.write(slog.LevelError, msg, err, pairs) }

func (l log) write(level slog.Level, msg string, err error, pairs []any) {
	if err != nil {
		pairs = append([]any{"err", signed.ReplaceAllString(err.Error(), "[token]")}, pairs...)
	}
	l.to.Log(context.Background(), level, signed.ReplaceAllString(msg, "[token]"), pairs...)
}

func (l log) WithValues(pairs ...any) logger.Logger { return log{l.to.With(pairs...), l.library} }

func (l log) WithUnlikelyValues(pairs ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(l, pairs...)
}

func (l log) WithName(string) logger.Logger { return l }

func (l log) WithComponent(name string) logger.Logger {
	return log{l.to.With("part", name), l.library || strings.HasPrefix(name, "pion")}
}

func (l log) WithCallDepth(int) logger.Logger { return l }

func (l log) WithItemSampler() logger.Logger { return l }

func (l log) WithoutSampler() logger.Logger { return l }

func (l log) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return l, zaputil.NoOpDeferrer{}
}

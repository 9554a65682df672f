package embedded

import (
	"context"
	"log/slog"
	"regexp"

	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/logger/zaputil"
)

// log passes LiveKit's warnings and errors on to slog, under the group of
// attributes component=livekit; what it says about ordinary joins and leaves is
// dropped, at 50 calls it is several lines a second.
type log struct{ to *slog.Logger }

var _ logger.Logger = log{}

// signed finds access tokens: LiveKit puts a refused token into its warning
// whole, and an expired one would be readable in the log for ever.
var signed = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]*`)

func (l log) Debugw(string, ...any) {}
func (l log) Infow(string, ...any)  {}

func (l log) Warnw(msg string, err error, pairs ...any) { l.write(slog.LevelWarn, msg, err, pairs) }

func (l log) Errorw(msg string, err error, pairs ...any) { l.write(slog.LevelError, msg, err, pairs) }

func (l log) write(level slog.Level, msg string, err error, pairs []any) {
	if err != nil {
		pairs = append([]any{"err", signed.ReplaceAllString(err.Error(), "[token]")}, pairs...)
	}
	l.to.Log(context.Background(), level, signed.ReplaceAllString(msg, "[token]"), pairs...)
}

func (l log) WithValues(pairs ...any) logger.Logger { return log{l.to.With(pairs...)} }

func (l log) WithUnlikelyValues(pairs ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(l, pairs...)
}

func (l log) WithName(string) logger.Logger { return l }

func (l log) WithComponent(name string) logger.Logger { return log{l.to.With("part", name)} }

func (l log) WithCallDepth(int) logger.Logger { return l }

func (l log) WithItemSampler() logger.Logger { return l }

func (l log) WithoutSampler() logger.Logger { return l }

func (l log) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return l, zaputil.NoOpDeferrer{}
}

package session

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"

	"huying/hub/auth"
	"huying/hub/refusal"
)

var browserNumber atomic.Uint64

// ServeHTTP opens a live socket: the page's origin must be allowed and the
// ticket must be good, because a browser would send its cookie from any page.
func (b *Browsers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin, ok := b.origins.Allows(r)
	if !ok {
		b.refuse(w, r, "origin", refusal.New(refusal.OriginRefused, "请求不是从呼应的页面发出的，请从呼应的网址重新打开页面。"))
		return
	}
	holder, reason := b.config.Tickets.Redeem(r.URL.Query().Get("ticket"), origin, b.config.Now())
	if reason != auth.TicketGood {
		b.refuse(w, r, string(reason), refusal.New(refusal.BadTicket, "连接凭证无效或已用过，请刷新页面。"))
		return
	}
	// The socket outlives the request's own context on purpose: after the
	// upgrade it ends with the connection, the session or the hub.
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
	s := newBrowser(ctx, cancel, holder, browserNumber.Add(1))
	if err := b.admit(s); err != nil {
		cancel(err)
		b.refuse(w, r, err.Error(), admission(err))
		return
	}
	defer b.leave(s)
	conn, err := b.upgrader.Upgrade(w, r, nil)
	if err != nil {
		b.config.Log.Info("live socket not opened", "person", holder.Person.ID, "error", err)
		return // gorilla has answered
	}
	s.run(conn, b.config.Source, b.config.Log)
}

func admission(err error) error {
	if errors.Is(err, errSignedOut) {
		return refusal.New(refusal.NoSession, "您已经退出登录，请重新登录。")
	}
	return refusal.New(refusal.Busy, "打开的页面太多或系统正在重启，请稍后刷新页面。")
}

func (b *Browsers) refuse(w http.ResponseWriter, r *http.Request, reason string, err error) {
	b.config.Log.Info("live socket refused", "reason", reason, "remote", r.RemoteAddr)
	if b.config.Refuse != nil {
		b.config.Refuse(w, r, err)
		return
	}
	http.Error(w, refusal.Code(err), http.StatusForbidden)
}

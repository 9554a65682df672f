package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"huying/hub/auth"
	"huying/hub/refusal"
	"huying/hub/view"
)

// asking is who asks, and with which request. Person and session are empty on
// open routes.
type asking struct {
	person  auth.Person
	session auth.Session
	request *http.Request
	writer  http.ResponseWriter // for deadlines; huma writes the answer
}

type askingKey struct{}

// from gives who asks; every handler of a route has one.
func from(ctx context.Context) asking {
	a, _ := ctx.Value(askingKey{}).(asking)
	return a
}

// register adds a route to router and document. Its row in auth.Routes says
// what it needs; a route without a row must not exist, so that is a panic at
// the start and not a hole.
func register[I, O any](s *server, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	row, ok := auth.RouteFor(op.Method, op.Path)
	if !ok {
		panic("api: no row in auth.Routes for " + op.Method + " " + op.Path)
	}
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes, op.BodyReadTimeout = MaxBody, bodyPatience
	}
	op.Middlewares = append(op.Middlewares, s.authorise(row))
	if op.Responses == nil {
		op.Responses = map[string]*huma.Response{}
	}
	op.Responses["default"] = &huma.Response{
		Description: "Problem (RFC 9457)",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: s.problemSchema()}},
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, s.refuse(from(ctx).request, err)
		}
		return out, nil
	})
}

func (s *server) problemSchema() *huma.Schema {
	registry := s.api.OpenAPI().Components.Schemas
	// Huma documents its own error type with every route; ours stands in for it.
	registry.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
	return registry.Schema(reflect.TypeFor[Problem](), true, "Problem")
}

// authorise proves who asks and whether they may, before the body is read.
func (s *server) authorise(row auth.Route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		r, w := humachi.Unwrap(hc)
		ctx, who, err := s.who(r, row)
		who.writer = w
		if err == nil {
			err = s.may(who, row, hc.Param)
		}
		if err != nil {
			s.refuse(r, err).write(w)
			return
		}
		next(huma.WithContext(hc, context.WithValue(ctx, askingKey{}, who)))
	}
}

// who finds the person behind the request. On open routes nobody is looked
// for, except that signing in needs the session it replaces.
func (s *server) who(r *http.Request, row auth.Route) (context.Context, asking, error) {
	who := asking{request: r}
	if row.Action == auth.Open && row.Path != sessionPath {
		return r.Context(), who, nil
	}
	ctx, err := s.Sessions.Load(r)
	if err != nil {
		return nil, who, auth.StoreDown(err)
	}
	session, ok := s.Sessions.Current(ctx)
	who.session = session
	if !ok || row.Action == auth.Open {
		return ctx, who, nil
	}
	person, found, err := s.Accounts.ByID(ctx, session.PersonID)
	if err != nil {
		return nil, who, auth.StoreDown(err)
	}
	if found {
		who.person = person
	}
	return ctx, who, nil
}

// may asks auth.May about the unit that the route is about: first with the
// person's own unit, so that a role that may not at all learns nothing about
// what exists.
func (s *server) may(who asking, row auth.Route, param func(string) string) error {
	if err := s.allow(who, row.Action, s.ownUnit(who, row)); err != nil {
		return err
	}
	if row.Unit == "" || row.Unit == "body" || row.Unit == "person" {
		return nil
	}
	unit, ok := auth.KioskUnit(param(row.Unit))
	switch {
	case !ok && row.Unit == "id":
		return unknownCall()
	case !ok && row.Unit == "ticket":
		return refusal.New(refusal.UnknownTicket, "没有这张故障单，请刷新页面后再看。")
	case !ok:
		return refusal.New(refusal.UnknownKiosk, "没有这台终端，请核对终端编号。")
	}
	return s.allow(who, row.Action, unit)
}

func (s *server) ownUnit(who asking, row auth.Route) string {
	if auth.ReachOf(row.Action) == auth.Target {
		return who.person.Unit
	}
	return s.Site.Code
}

// allow asks auth.May and says its no as a refusal.
func (s *server) allow(who asking, action auth.Action, unit string) error {
	ok, reason := auth.May(who.person, action, unit)
	if ok {
		return nil
	}
	s.log.LogAttrs(who.request.Context(), slog.LevelInfo, "not allowed",
		slog.String("person", who.person.ID), slog.String("action", string(action)),
		slog.String("unit", unit), slog.String("reason", string(reason)))
	switch reason {
	case auth.Nobody:
		return refusal.New(refusal.NoSession, "您还没有登录，或登录已失效，请重新登录。")
	case auth.ForeignUnit:
		return refusal.New(refusal.ForeignUnit, "这不在您单位的范围内，不能操作；需要时请联系管理员调整。")
	default:
		return refusal.New(refusal.NotAllowed, "您的岗位不能做这项操作；需要时请联系管理员调整。")
	}
}

func unknownCall() error {
	return refusal.New(refusal.UnknownCall, "没有这个呼叫，请刷新页面后再看。")
}

// shown is a person as pages see one.
func shown(p auth.Person) view.Person {
	return view.Person{ID: p.ID, Name: p.Name, Post: p.Post, Role: string(p.Role)}
}

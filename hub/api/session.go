package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/view"
)

const sessionPath = "/api/session"

// Me is who is signed in, and where.
type Me struct {
	Person view.Person `json:"person"`
	Site   view.Unit   `json:"site" doc:"the unit of this hub"`
	Demo   bool        `json:"demo" doc:"true: invented people, say so on every page"`
	Pages  []string    `json:"pages" nullable:"false" enum:"desk,centre,mobile,window" doc:"pages of this role, the first one to open"`
}

type signInInput struct {
	Body struct {
		Account  string `json:"account" minLength:"1" maxLength:"64"`
		Password string `json:"password" minLength:"1" maxLength:"128" format:"password"`
	}
}

type meOutput struct{ Body Me }

type signedInOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

type signedOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *server) sessionRoutes() {
	register(s, huma.Operation{Method: http.MethodPost, Path: sessionPath, OperationID: "sign-in",
		Summary: "Sign in"}, s.signIn)
	register(s, huma.Operation{Method: http.MethodGet, Path: sessionPath, OperationID: "me",
		Summary: "Say who is signed in"}, func(ctx context.Context, _ *struct{}) (*meOutput, error) {
		return &meOutput{Body: s.me(from(ctx).person)}, nil
	})
	register(s, huma.Operation{Method: http.MethodDelete, Path: sessionPath, OperationID: "sign-out",
		Summary: "Sign out"}, s.signOut)
}

func (s *server) me(p auth.Person) Me {
	return Me{Person: shown(p), Site: s.Site, Demo: s.Demo, Pages: auth.Pages(p.Role)}
}

func (s *server) signIn(ctx context.Context, in *signInInput) (*signedInOutput, error) {
	who := from(ctx)
	person, err := s.SignIn.Check(ctx, in.Body.Account, in.Body.Password, auth.Address(who.request.RemoteAddr))
	if err != nil {
		return nil, err
	}
	session, cookie, err := s.Sessions.Begin(ctx, person.ID)
	if err != nil {
		return nil, auth.StoreDown(err)
	}
	if who.session.ID != "" { // this browser was somebody before
		s.Live.EndSession(who.session.ID)
	}
	s.log.Info("signed in", "person", person.ID, "session", session.ID)
	return &signedInOutput{SetCookie: *cookie, Body: s.me(person)}, nil
}

func (s *server) signOut(ctx context.Context, _ *struct{}) (*signedOutOutput, error) {
	who := from(ctx)
	cookie, err := s.Sessions.End(ctx)
	if err != nil {
		return nil, auth.StoreDown(err)
	}
	s.Live.EndSession(who.session.ID)
	s.log.Info("signed out", "person", who.person.ID, "session", who.session.ID)
	return &signedOutOutput{SetCookie: *cookie}, nil
}

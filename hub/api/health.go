package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/view"
)

type healthListOutput struct {
	Body struct {
		Points []view.PointHealth `json:"points" nullable:"false"`
	}
}

type healthInput struct {
	Kiosk string `path:"kiosk" maxLength:"40"`
}

type healthOutput struct{ Body view.PointLife }

func (s *server) healthRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/health/points", OperationID: "list-health",
		Summary: "List how the kiosks are"}, s.listHealth)
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/health/points/{kiosk}", OperationID: "show-health",
		Summary: "Show all that is known of a kiosk's health"}, s.showHealth)
}

func (s *server) listHealth(ctx context.Context, _ *struct{}) (*healthListOutput, error) {
	who := from(ctx)
	points, err := s.Health.HealthPoints(ctx, who.person)
	if err != nil {
		return nil, err
	}
	out := &healthListOutput{}
	out.Body.Points = make([]view.PointHealth, 0, len(points))
	for _, p := range points {
		if ok, _ := auth.May(who.person, auth.HealthShow, p.Point.Code); ok {
			out.Body.Points = append(out.Body.Points, p)
		}
	}
	return out, nil
}

func (s *server) showHealth(ctx context.Context, in *healthInput) (*healthOutput, error) {
	p, err := s.Health.HealthPoint(ctx, from(ctx).person, in.Kiosk)
	if err != nil {
		return nil, err
	}
	return &healthOutput{Body: p}, nil
}

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/hub/view"
)

type pointsOutput struct {
	Body struct {
		Points []view.Point `json:"points" nullable:"false"`
	}
}

// PointBody names a service point and the kiosk to stand there.
type pointBody struct {
	Point view.Unit `json:"point"`
	Kiosk string    `json:"kiosk" minLength:"1" maxLength:"24" doc:"the point's code, a hyphen, a number: 361025105207-1"`
}

type (
	addPointInput  struct{ Body pointBody }
	addPointOutput struct{ Body registeredKiosk }
)

type enrolmentInput struct {
	Kiosk string `path:"kiosk" maxLength:"24"`
}

type enrolmentOutput struct {
	Body struct {
		Code      string    `json:"code" doc:"to be read out; shown this once"`
		ExpiresAt time.Time `json:"expires_at"`
		QR        string    `json:"qr" doc:"text of a QR code for the kiosk: huying://enrol?..., with the address, the code and the fingerprint of the root"`
		Address   string    `json:"address" doc:"to be typed at the kiosk beside the code"`
	}
}

type registeredKiosk struct {
	Kiosk    string    `json:"kiosk"`
	Point    view.Unit `json:"point"`
	Township view.Unit `json:"township"`
	Site     view.Unit `json:"site" doc:"the unit of this hub"`
}

func (s *server) pointRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/points", OperationID: "list-points",
		Summary: "List the service points"}, s.listPoints)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/points", OperationID: "add-point",
		Summary: "Add a kiosk at a point", DefaultStatus: http.StatusCreated}, s.addPoint)
	register(s, huma.Operation{Method: http.MethodPost, Path: "/api/points/{kiosk}/enrolment", OperationID: "issue-code",
		Summary: "Make a one-time code for a kiosk"}, s.issueCode)
}

func (s *server) listPoints(ctx context.Context, _ *struct{}) (*pointsOutput, error) {
	who := from(ctx)
	points, err := s.Points.Points(ctx, who.person)
	if err != nil {
		return nil, err
	}
	out := &pointsOutput{}
	out.Body.Points = make([]view.Point, 0, len(points))
	for _, p := range points {
		if auth.Covers(who.person.Unit, p.Point.Code) {
			out.Body.Points = append(out.Body.Points, p)
		}
	}
	return out, nil
}

func (s *server) addPoint(ctx context.Context, in *addPointInput) (*addPointOutput, error) {
	point := in.Body.Point
	if err := s.allow(from(ctx), auth.KioskAdd, point.Code); err != nil && auth.ValidUnit(point.Code) {
		return nil, err
	}
	const townshipDigits = 9
	if len(point.Code) < townshipDigits || !auth.Covers(s.Site.Code, point.Code) {
		return nil, refusal.At(refusal.BadField, "body.point.code", "服务点代码不在本站范围内，请核对行政区划代码。")
	}
	township, ok := s.Unit(point.Code[:townshipDigits])
	if !ok {
		return nil, refusal.At(refusal.BadField, "body.point.code", "没有这个乡镇，请核对行政区划代码的前 9 位。")
	}
	added, err := s.Kiosks.Add(ctx, directory.Kiosk{
		ID: in.Body.Kiosk, Point: directory.Unit(point), Township: directory.Unit(township),
	})
	if err != nil {
		return nil, inBody(err)
	}
	s.log.Info("kiosk added", "kiosk", added.ID, "person", from(ctx).person.ID)
	return &addPointOutput{Body: s.registered(added)}, nil
}

func (s *server) issueCode(ctx context.Context, in *enrolmentInput) (*enrolmentOutput, error) {
	who := from(ctx)
	code, expires, err := s.Kiosks.Issue(ctx, in.Kiosk, who.person.ID)
	if err != nil {
		return nil, err
	}
	s.log.Info("enrolment code issued", "kiosk", in.Kiosk, "person", who.person.ID)
	out := &enrolmentOutput{}
	out.Body.Code, out.Body.ExpiresAt, out.Body.Address = code, expires, s.Address
	out.Body.QR = s.invitation(code)
	return out, nil
}

func (s *server) registered(k directory.Kiosk) registeredKiosk {
	return registeredKiosk{Kiosk: k.ID, Point: view.Unit(k.Point), Township: view.Unit(k.Township), Site: s.Site}
}

// inBody names a field of the directory as the request names it.
func inBody(err error) error {
	r, ok := refusal.Of(err)
	if !ok || r.Field == "" {
		return err
	}
	return refusal.At(r.Code, "body."+r.Field, r.Detail)
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/internal/settings"
)

// Revision is settings that somebody gave.
type Revision struct {
	Rev      uint32          `json:"rev" doc:"counts over all kiosks of the hub; 0: none were given"`
	Settings settings.Values `json:"settings"`
	GivenBy  string          `json:"given_by,omitempty" doc:"the person's id"`
	GivenAt  *time.Time      `json:"given_at,omitempty" doc:"wall time, for people to read"`
}

// ReportedConfig is what a kiosk says of its settings.
type reportedConfig struct {
	Rev   uint32 `json:"rev" doc:"in force at the kiosk"`
	Tried uint32 `json:"tried,omitempty" doc:"refused or rolled back"`
	Error string `json:"error,omitempty" doc:"why, in Chinese"`
}

type (
	configInput struct {
		Kiosk string `path:"kiosk" maxLength:"24"`
	}
	configOutput struct {
		Body struct {
			Own      Revision        `json:"own" doc:"this kiosk's; they lie over the common ones"`
			Common   Revision        `json:"common" doc:"of all kiosks of the hub"`
			Rev      uint32          `json:"rev" doc:"what the kiosk should have; 0: nothing, or another hub tells it"`
			Settings settings.Values `json:"settings" doc:"what the kiosk should have"`
			Reported *reportedConfig `json:"reported,omitempty" doc:"what the kiosk said last; absent while it is not on the line here"`
		}
	}
	putConfigInput struct {
		Kiosk string `path:"kiosk" maxLength:"24"`
		Body  settings.Values
	}
	commonInput struct{ Body settings.Values }
	// commonOutput shows the settings of all kiosks.
	commonOutput struct{ Body Revision }
)

func (s *server) settingsRoutes() {
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/points/{kiosk}/config", OperationID: "show-config",
		Summary: "Show what a kiosk is told from afar"}, s.showConfig)
	register(s, huma.Operation{Method: http.MethodPut, Path: "/api/points/{kiosk}/config", OperationID: "put-config",
		Summary: "Tell a kiosk its settings; what is absent is as for all kiosks"}, s.putConfig)
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/config", OperationID: "show-common-config",
		Summary: "Show what all kiosks of the hub are told"}, s.showCommon)
	register(s, huma.Operation{Method: http.MethodPut, Path: "/api/config", OperationID: "put-common-config",
		Summary: "Tell all kiosks of the hub their settings; what is absent is as the kiosk's own file has it"}, s.putCommon)
}

func (s *server) showConfig(ctx context.Context, in *configInput) (*configOutput, error) {
	if _, err := s.Kiosks.Kiosk(ctx, in.Kiosk); err != nil {
		return nil, err
	}
	out := &configOutput{}
	out.Body.Own, out.Body.Common = s.Remote.Given(in.Kiosk), s.Remote.Given("")
	if c, ok := s.Remote.Config(in.Kiosk); ok {
		out.Body.Rev = c.Rev
		out.Body.Settings, _ = settings.Parse(c.Settings) // it was checked when it was given
	}
	if r, ok := s.Remote.Reported(in.Kiosk); ok {
		out.Body.Reported = &reportedConfig{r.Rev, r.Tried, r.Error}
	}
	return out, nil
}

func (s *server) putConfig(ctx context.Context, in *putConfigInput) (*configOutput, error) {
	if _, err := s.Kiosks.Kiosk(ctx, in.Kiosk); err != nil {
		return nil, err
	}
	if err := s.give(ctx, in.Kiosk, in.Body); err != nil {
		return nil, err
	}
	return s.showConfig(ctx, &configInput{in.Kiosk})
}

func (s *server) showCommon(context.Context, *struct{}) (*commonOutput, error) {
	return &commonOutput{Body: s.Remote.Given("")}, nil
}

func (s *server) putCommon(ctx context.Context, in *commonInput) (*commonOutput, error) {
	if err := s.give(ctx, "", in.Body); err != nil {
		return nil, err
	}
	return s.showCommon(ctx, nil)
}

func (s *server) give(ctx context.Context, kiosk string, v settings.Values) error {
	raw, err := json.Marshal(v)
	if err == nil {
		_, err = settings.Parse(raw)
	}
	var at *settings.FieldError
	if errors.As(err, &at) {
		return refusal.At(refusal.BadField, "body."+at.Field, at.Remedy)
	}
	if err != nil {
		return err
	}
	who := from(ctx).person.ID
	if err := s.Remote.Give(ctx, directory.Settings{Kiosk: kiosk, Values: raw, GivenBy: who, GivenAt: s.now().UTC().Truncate(time.Microsecond)}); err != nil {
		if refusal.Code(err) != "" {
			return err
		}
		return auth.StoreDown(err)
	}
	s.log.Info("settings given", "kiosk", kiosk, "person", who, "settings", string(raw))
	return nil
}

package api

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/photo"
	"huying/hub/refusal"
	form "huying/internal/photo"
)

// Figures of photos: a phone's picture takes a while on a village's line, and
// one picture at a time is worked on, because each takes up to 200 MB.
const (
	photoPatience = 60 * time.Second // for the file to arrive
	photoWork     = 15 * time.Second // for its turn and the work on it
)

type photoInput struct {
	Person string `path:"person" maxLength:"40"`
	// IfNoneMatch is the tag of the photo that the asker has.
	IfNoneMatch string `header:"If-None-Match"`
}

type ownPhotoInput struct {
	IfNoneMatch string `header:"If-None-Match"`
}

type kioskPhotoInput struct {
	Person      string `path:"person" maxLength:"40"`
	IfNoneMatch string `header:"If-None-Match"`
	Kiosk       string `header:"Huying-Kiosk" maxLength:"40" doc:"the kiosk's id"`
	Signature   string `header:"Huying-Signature" maxLength:"128" doc:"without TLS: of the text that docs/protocol.md names, by the registered key, in base64"`
}

type photoOutput struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag" doc:"SHA-256 of the JPEG"`
	Body         []byte
}

type putPhotoInput struct {
	Person  string `path:"person" maxLength:"40"`
	RawBody []byte `contentType:"application/octet-stream"`
}

type putOwnPhotoInput struct {
	RawBody []byte `contentType:"application/octet-stream"`
}

type dropPhotoInput struct {
	Person string `path:"person" maxLength:"40"`
}

// image documents an answer that is a photo.
func image() map[string]*huma.Response {
	jpeg := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	return map[string]*huma.Response{"200": {Content: map[string]*huma.MediaType{"image/jpeg": jpeg}}}
}

func (s *server) photoRoutes() {
	const own, of = "/api/session/photo", "/api/people/{person}/photo"
	register(s, huma.Operation{Method: http.MethodGet, Path: own, OperationID: "own-photo",
		Summary: "Show one's own photo, or 204 when there is none", Responses: image()}, s.ownPhoto)
	register(s, huma.Operation{Method: http.MethodPut, Path: own, OperationID: "put-own-photo", DefaultStatus: http.StatusNoContent,
		Summary: "Keep a JPEG or PNG file as one's own photo", MaxBodyBytes: photo.MaxFile, BodyReadTimeout: photoPatience}, s.putOwnPhoto)
	register(s, huma.Operation{Method: http.MethodDelete, Path: own, OperationID: "drop-own-photo", DefaultStatus: http.StatusNoContent,
		Summary: "Remove one's own photo"}, s.dropOwnPhoto)
	register(s, huma.Operation{Method: http.MethodGet, Path: of, OperationID: "photo",
		Summary: "Show a person's photo", Responses: image()}, s.photoOf)
	register(s, huma.Operation{Method: http.MethodPut, Path: of, OperationID: "put-photo", DefaultStatus: http.StatusNoContent,
		Summary: "Keep a JPEG or PNG file as a person's photo", MaxBodyBytes: photo.MaxFile, BodyReadTimeout: photoPatience}, s.putPhotoOf)
	register(s, huma.Operation{Method: http.MethodDelete, Path: of, OperationID: "drop-photo", DefaultStatus: http.StatusNoContent,
		Summary: "Remove a person's photo"}, s.dropPhotoOf)
	register(s, huma.Operation{Method: http.MethodGet, Path: "/api/kiosk/photo/{person}", OperationID: "photo-for-kiosk",
		Summary: "Show a kiosk the photo of a person who answers", Responses: image()}, s.photoForKiosk)
}

func (s *server) ownPhoto(ctx context.Context, in *ownPhotoInput) (*photoOutput, error) {
	out, err := s.show(ctx, from(ctx).person.ID, in.IfNoneMatch)
	if refusal.Code(err) == refusal.NoPhoto { // nothing is wrong: most people have none
		return &photoOutput{Status: http.StatusNoContent}, nil
	}
	return out, err
}

func (s *server) photoOf(ctx context.Context, in *photoInput) (*photoOutput, error) {
	return s.show(ctx, in.Person, in.IfNoneMatch)
}

func (s *server) photoForKiosk(ctx context.Context, in *kioskPhotoInput) (*photoOutput, error) {
	if err := s.proven(ctx, in); err != nil {
		return nil, err
	}
	return s.show(ctx, in.Person, in.IfNoneMatch)
}

// show answers with a photo, or that the asker has it.
func (s *server) show(ctx context.Context, person, have string) (*photoOutput, error) {
	p, err := s.Photos.Photo(ctx, person)
	if err != nil {
		return nil, kept(err)
	}
	out := &photoOutput{Status: http.StatusOK, ContentType: "image/jpeg", CacheControl: "private, no-cache", ETag: p.Tag(), Body: p.JPEG}
	if strings.Contains(have, out.ETag) {
		out.Status, out.ContentType, out.Body = http.StatusNotModified, "", nil
	}
	return out, nil
}

// proven says whether an enrolled kiosk asks: over TLS by its certificate,
// otherwise by a signature of the same key. Who is refused does not learn why.
func (s *server) proven(ctx context.Context, in *kioskPhotoInput) error {
	no := refusal.New(refusal.UnprovenKiosk, "照片只给已登记的终端看，请检查终端是否已登记、证书是否有效。")
	k, err := s.Kiosks.Kiosk(ctx, in.Kiosk)
	switch {
	case refusal.Code(err) == refusal.UnknownKiosk:
		return no
	case err != nil:
		return err
	case !k.Enrolled():
		return no
	}
	if t := from(ctx).request.TLS; t != nil {
		if len(t.PeerCertificates) > 0 {
			key, ok := t.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
			if ok && bytes.Equal(key, k.PublicKey) {
				return nil
			}
		}
		return no
	}
	signature, err := base64.StdEncoding.DecodeString(in.Signature)
	if err != nil || !ed25519.Verify(k.PublicKey, form.Text(k.ID, s.Site.Code, in.Person), signature) {
		return no
	}
	return nil
}

func (s *server) putOwnPhoto(ctx context.Context, in *putOwnPhotoInput) (*struct{}, error) {
	return nil, s.keepPhoto(ctx, from(ctx).person.ID, in.RawBody)
}

func (s *server) putPhotoOf(ctx context.Context, in *putPhotoInput) (*struct{}, error) {
	if err := s.mayKeepPhoto(ctx, in.Person); err != nil {
		return nil, err
	}
	return nil, s.keepPhoto(ctx, in.Person, in.RawBody)
}

// mayKeepPhoto compares the administrator's unit with the person's.
func (s *server) mayKeepPhoto(ctx context.Context, person string) error {
	p, found, err := s.Accounts.ByID(ctx, person)
	switch {
	case err != nil:
		return auth.StoreDown(err)
	case !found:
		return directory.ErrUnknownPerson()
	}
	return s.allow(from(ctx), auth.PhotoKeep, p.Unit)
}

func (s *server) keepPhoto(ctx context.Context, person string, file []byte) error {
	ctx, cancel := context.WithTimeout(ctx, photoWork)
	defer cancel()
	select {
	case s.darkroom <- struct{}{}:
	case <-ctx.Done():
		return refusal.New(refusal.Busy, "正在处理别人的照片，请过一会儿再传。")
	}
	jpeg, err := photo.Square(ctx, file)
	<-s.darkroom
	if err != nil {
		return err
	}
	by := from(ctx).person.ID
	if err := s.Photos.PutPhoto(ctx, directory.NewPhoto(person, jpeg, by, s.now())); err != nil {
		return kept(err)
	}
	s.log.Info("photo kept", "person", person, "by", by, "octets", len(jpeg))
	return nil
}

func (s *server) dropOwnPhoto(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.dropPhoto(ctx, from(ctx).person.ID)
}

func (s *server) dropPhotoOf(ctx context.Context, in *dropPhotoInput) (*struct{}, error) {
	if err := s.mayKeepPhoto(ctx, in.Person); err != nil {
		return nil, err
	}
	return nil, s.dropPhoto(ctx, in.Person)
}

func (s *server) dropPhoto(ctx context.Context, person string) error {
	if err := s.Photos.DropPhoto(ctx, person); err != nil {
		return kept(err)
	}
	s.log.Info("photo removed", "person", person, "by", from(ctx).person.ID)
	return nil
}

// kept lets a store's refusals pass and says of everything else that the store
// is away.
func kept(err error) error {
	if _, ok := refusal.Of(err); ok {
		return err
	}
	return auth.StoreDown(err)
}

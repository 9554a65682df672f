package portrait

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"huying/internal/photo"
)

// What a hub may say instead of a photo.
var (
	ErrNone = errors.New("portrait: the person has no photo")
	ErrSame = errors.New("portrait: the photo is the one that is kept")
)

// patience bounds an album's wait for an answer from the dialling to its last octet: 100 KB on a
// line of 64 kbit/s take 13 s.
const patience = 20 * time.Second

// personID is the form of a person's id at a hub.
var personID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// Signer signs what a kiosk asks for; *identity.Identity is one.
type Signer interface {
	SignPhoto(kiosk, site, person string) []byte
}

// AskHubs makes an Ask that turns to the hub of the site, with what secure gives
// for its address and the file of its root.
func AskHubs(kiosk string, key Signer, secure func(address, root string) (*tls.Config, error)) Ask {
	return func(ctx context.Context, of Of, have string) ([]byte, error) {
		at, err := address(of)
		if err != nil {
			return nil, err
		}
		c, err := secure(of.URL, of.Root)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set(photo.KioskHeader, kiosk)
		req.Header.Set(photo.SignatureHeader, base64.StdEncoding.EncodeToString(key.SignPhoto(kiosk, of.Site, of.Person)))
		if have != "" {
			req.Header.Set("If-None-Match", have)
		}
		client := &http.Client{CheckRedirect: stay, Transport: &http.Transport{
			TLSClientConfig: c, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 16 << 10}}
		resp, err := client.Do(req)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		return read(resp)
	}
}

// stay refuses to be sent elsewhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// address is where a hub answers for a photo.
func address(of Of) (string, error) {
	if !personID.MatchString(of.Person) {
		return "", fmt.Errorf("portrait: %q is no person's id", of.Person)
	}
	base, err := url.Parse(of.URL)
	if err != nil {
		return "", err
	}
	base.Scheme = strings.Replace(base.Scheme, "ws", "http", 1)
	return base.JoinPath(photo.Path(of.Person)).String(), nil
}

// read believes nothing: an answer may come from whatever stands between.
func read(resp *http.Response) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(resp.Body, photo.MaxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusNotModified:
		return nil, ErrSame
	case resp.StatusCode == http.StatusNotFound && said(data) == "no_photo":
		return nil, ErrNone
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("portrait: the hub answers %d %.40q", resp.StatusCode, said(data))
	case len(data) > photo.MaxBytes:
		return nil, fmt.Errorf("portrait: more than %d octets", photo.MaxBytes)
	}
	return data, proper(data)
}

// said is the code of a problem; of anything else it is empty.
func said(data []byte) string {
	var problem struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(data, &problem) != nil {
		return ""
	}
	return problem.Code
}

// proper reports what is not a photo as hubs make them; the page's browser
// must be able to show it to the last line.
func proper(data []byte) error {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("portrait: %w", err)
	}
	if c.Width != photo.Side || c.Height != photo.Side {
		return fmt.Errorf("portrait: a picture of %d x %d", c.Width, c.Height)
	}
	if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
		return fmt.Errorf("portrait: %w", err)
	}
	return nil
}

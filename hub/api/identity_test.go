package api_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"huying/hub/api"
	"huying/hub/authority"
	"huying/hub/directory"
	"huying/internal/enrolment"
	"huying/internal/settings"
	"huying/internal/wire"
)

const liukeng = "361025105207-1"

// remote keeps settings as a hub does.
type remote struct {
	given map[string]directory.Settings
	rev   uint32
}

func (r *remote) Given(kiosk string) api.Revision {
	s := r.given[kiosk]
	v, _ := settings.Parse(s.Values)
	return api.Revision{Rev: s.Rev, Settings: v, GivenBy: s.GivenBy}
}

func (r *remote) Give(_ context.Context, s directory.Settings) error {
	r.rev++
	s.Rev = r.rev
	r.given[s.Kiosk] = s
	return nil
}

func (r *remote) Config(kiosk string) (wire.Config, bool) {
	s, ok := r.given[kiosk]
	return wire.Config{Rev: s.Rev, Settings: s.Values}, ok
}

func (r *remote) Reported(string) (wire.ConfigState, bool) {
	return wire.ConfigState{Rev: 1, Error: "x"}, true
}

func identity(t *testing.T, keeper authority.Keeper) *api.Identity {
	t.Helper()
	a, err := authority.Open(t.Context(), keeper, "牛田镇", time.Now())
	must(t, err)
	return &api.Identity{Authority: a, Root: a.Root(), Life: 90 * 24 * time.Hour}
}

func request(t *testing.T, key ed25519.PrivateKey) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	must(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

func body(t *testing.T, v map[string]string) string {
	t.Helper()
	raw, err := json.Marshal(v)
	must(t, err)
	return string(raw)
}

func certificate(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("no PEM: %q", text)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	must(t, err)
	return c
}

// TestAKioskLearnsEverythingAtEnrolment walks from the code to the revocation.
func TestAKioskLearnsEverythingAtEnrolment(t *testing.T) {
	site := open(t)
	admin, kiosk := site.signedIn("administrator"), site.browser()
	public, private, _ := ed25519.GenerateKey(nil)
	_, thief, _ := ed25519.GenerateKey(nil)
	key := base64.StdEncoding.EncodeToString(public)
	admin.expect(200, "PUT", "/api/points/"+liukeng+"/config", `{"volume":60}`)
	var issued struct{ Code, QR, Address string }
	read(t, admin.expect(200, "POST", "/api/points/"+liukeng+"/enrolment", "").Body.Bytes(), &issued)
	i, err := enrolment.ParseInvitation(issued.QR)
	if err != nil || i.Hub != issued.Address || i.Hub != "https://hub.test" || len(i.Root) != 32 || i.Code.Secret == "" {
		t.Fatalf("QR code %q: %+v, %v", issued.QR, i, err)
	}

	kiosk.refused(422, "bad_field", "POST", "/api/enrol", body(t, map[string]string{"code": issued.Code, "public_key": key, "request": request(t, thief)}))
	var got struct {
		Kiosk, Root, Certificate string
		Last                     api.HubAbove
		Config                   struct {
			Rev      uint32
			Settings settings.Values
		}
	}
	read(t, kiosk.expect(200, "POST", "/api/enrol", body(t, map[string]string{"code": issued.Code, "public_key": key, "request": request(t, private)})).Body.Bytes(), &got)
	root := certificate(t, got.Root)
	if got.Kiosk != liukeng || got.Last.Code != "361025" || got.Last.URL != "https://county.test" || got.Config.Rev != 1 || got.Config.Settings.Volume != 60 {
		t.Fatalf("told %+v", got)
	}
	if fp := authority.Fingerprint(root); !bytes.Equal(fp[:], i.Root) {
		t.Fatal("the QR code has another root")
	}
	c := certificate(t, got.Certificate)
	if c.CheckSignatureFrom(root) != nil || c.Subject.CommonName != liukeng || !public.Equal(c.PublicKey) {
		t.Fatalf("certificate of %s", c.Subject)
	}

	for name, key := range map[string]ed25519.PrivateKey{"bad_field": thief, "": private} {
		in := body(t, map[string]string{"kiosk": liukeng, "request": request(t, key)})
		if name != "" {
			kiosk.refused(422, name, "POST", "/api/certificate", in)
			continue
		}
		read(t, kiosk.expect(200, "POST", "/api/certificate", in).Body.Bytes(), &got)
		if again := certificate(t, got.Certificate); again.SerialNumber.Cmp(c.SerialNumber) == 0 || !public.Equal(again.PublicKey) {
			t.Error("the renewed certificate is the old one, or another's")
		}
	}
	good := body(t, map[string]string{"kiosk": liukeng, "request": request(t, private)})
	kiosk.refused(404, "unknown_kiosk", "POST", "/api/certificate", strings.ReplaceAll(good, liukeng, "361025105207-9"))
	admin.expect(204, "POST", "/api/points/"+liukeng+"/revocation", "")
	kiosk.refused(403, "kiosk_revoked", "POST", "/api/certificate", good)
	admin.refused(404, "unknown_kiosk", "POST", "/api/points/361025105207-9/revocation", "")
}

func TestTheRootIsOffered(t *testing.T) {
	site := open(t)
	crt := site.browser().expect(200, "GET", "/api/authority/root.crt", "")
	c, err := x509.ParseCertificate(crt.Body.Bytes())
	must(t, err)
	text := site.browser().expect(200, "GET", "/api/authority/root.pem", "")
	if !certificate(t, text.Body.String()).Equal(c) || !c.IsCA {
		t.Fatal("two roots")
	}
	if kind := crt.Header().Get("Content-Type"); kind != "application/x-x509-ca-cert" {
		t.Errorf("Android and Windows know the file by its type, which is %q", kind)
	}
}

func TestSettingsThatCannotBeUsedAreNamedInChinese(t *testing.T) {
	site := open(t)
	admin := site.signedIn("administrator")
	for sent, field := range map[string]string{
		`{"volume":5}`: "body.volume", `{"phones":[{"label":"","number":"1"}]}`: "body.phones[0]",
		`{"home_url":"hub"}`: "body.home_url", `{"data_dir":"/"}`: "body",
	} {
		for _, path := range []string{"/api/config", "/api/points/" + liukeng + "/config"} {
			w := admin.do("PUT", path, sent)
			var p struct {
				Detail string
				Errors []struct{ Location, Message string }
			}
			read(t, w.Body.Bytes(), &p)
			if w.Code != 422 || len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, field) || !strings.ContainsAny(p.Detail, "。，") {
				t.Errorf("%s: %d %s", sent, w.Code, w.Body)
			}
		}
	}
	if len(site.remote.given) != 0 {
		t.Fatal("something of it was kept")
	}
	admin.refused(404, "unknown_kiosk", "PUT", "/api/points/361025105207-9/config", `{}`)
	admin.expect(200, "PUT", "/api/config", `{"phones":[{"label":"值班室","number":"0794-0000001"}]}`)
	var got struct {
		Own, Common api.Revision
		Reported    struct{ Rev int }
	}
	read(t, admin.expect(200, "GET", "/api/points/"+liukeng+"/config", "").Body.Bytes(), &got)
	if got.Own.Rev != 0 || got.Common.Rev != 1 || got.Common.Settings.Phones[0].Label != "值班室" || got.Common.GivenBy == "" || got.Reported.Rev != 1 {
		t.Fatalf("shown %+v", got)
	}
}

func read(t *testing.T, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
}

package session

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"errors"

	"huying/hub/directory"
	"huying/hub/refusal"
	"huying/hub/socket"
	"huying/internal/wire"
)

// paper is what a kiosk showed over TLS; without TLS there is none.
type paper struct {
	certificate *x509.Certificate // nil: it showed none
}

// The codes with which a kiosk is refused at HELLO.
const (
	refuseHello       = "hello_first"         // the first frame is no good HELLO
	refuseLater       = "try_later"           // the list of kiosks cannot be read
	refuseEnrol       = "not_enrolled"        // unknown, or without a key
	refuseRevoked     = "revoked"             // its key is not believed any more
	refuseSignature   = "bad_signature"       // the nonce is not signed by the registered key
	refuseNoPaper     = "certificate_needed"  // over TLS a certificate must be shown
	refuseOtherPaper  = "certificate_foreign" // for another kiosk, or signed by nobody we know
	refuseUnknownCert = "certificate_unknown" // for another key than the registered one
)

// refused is why a kiosk is not taken.
type refused struct{ code, field, message string }

func (r refused) Error() string { return r.code + ": " + r.message }

// prove challenges the kiosk and checks its answer; it gives the key with
// which the kiosk proved itself.
func (h *Kiosks) prove(k *socket.Conn, shown *paper) (wire.Hello, ed25519.PublicKey, error) {
	nonce := make([]byte, 32)
	_, _ = rand.Read(nonce)
	if err := k.Send(wire.Challenge{Nonce: nonce}); err != nil {
		return wire.Hello{}, nil, err
	}
	_ = k.Allow(kioskProof)
	data, err := k.Read()
	if err != nil {
		return wire.Hello{}, nil, err
	}
	f, err := wire.Decode(data)
	hello, ok := f.(wire.Hello)
	if err != nil || !ok {
		_ = k.Send(wire.Refuse{Code: refuseHello, Frame: wire.THello, Message: "the first frame must be a good HELLO"})
		return hello, nil, errors.Join(errors.New("no HELLO"), err)
	}
	key, err := h.judge(hello, nonce, shown)
	var no refused
	switch {
	case errors.As(err, &no):
		_ = k.Send(wire.Refuse{Code: no.code, Frame: wire.THello, Field: no.field, Message: no.message})
	case err != nil:
		_ = k.Send(wire.Refuse{Code: refuseLater, Frame: wire.THello, Message: "the list of kiosks cannot be read at the moment"})
	}
	return hello, key, err
}

// judge says whether a HELLO is the kiosk's whose name it bears. Its error is
// a refused, or that the registry cannot be read.
func (h *Kiosks) judge(hello wire.Hello, nonce []byte, shown *paper) (ed25519.PublicKey, error) {
	ctx, cancel := context.WithTimeout(context.Background(), kioskHello)
	defer cancel()
	record, err := h.Registry.Kiosk(ctx, hello.Kiosk)
	switch {
	case err != nil && refusal.Code(err) == "":
		return nil, err
	case err != nil || len(record.PublicKey) == 0:
		return nil, refused{refuseEnrol, "kiosk", "enrol this kiosk with a one-time code first"}
	case record.Revoked:
		return nil, refused{refuseRevoked, "kiosk", "this kiosk's key was revoked; enrol it anew"}
	}
	if shown != nil {
		if err := h.inspect(*shown, record); err != nil {
			return nil, err
		}
	}
	if !ed25519.Verify(record.PublicKey, wire.HelloText(nonce, hello.Kiosk), hello.Sig) {
		return nil, refused{refuseSignature, "sig", "enrol this kiosk anew"}
	}
	return record.PublicKey, nil
}

// inspect holds a certificate against the register. What counts is the key;
// the time does not: a kiosk that was off for a year must ring, and renews at
// once (ADR 12).
func (h *Kiosks) inspect(shown paper, record directory.Kiosk) error {
	c := shown.certificate
	if c == nil {
		return refused{refuseNoPaper, "", "show the certificate that the hub signed; ask POST /api/certificate for one"}
	}
	key, ok := c.PublicKey.(ed25519.PublicKey)
	switch {
	case !ok || !bytes.Equal(key, record.PublicKey):
		return refused{refuseUnknownCert, "", "the certificate is for another key than the registered one; enrol this kiosk anew"}
	case c.Subject.CommonName != record.ID, h.Signed != nil && !h.Signed(record.ID, c):
		return refused{refuseOtherPaper, "", "the certificate is for another kiosk or from another authority; ask POST /api/certificate for one"}
	}
	return nil
}

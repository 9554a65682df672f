package media

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// roomLife is how long LiveKit keeps a room that nobody is in, in seconds.
	// A call ends only when the hub closes it, so this is no rule of a call: it
	// is what clears rooms out of an external cluster after a hub was lost.
	roomLife = 3600
	// requestLimit bounds one request to the room service. Measured against the
	// embedded server, Open takes about a millisecond.
	requestLimit = 5 * time.Second
	// adminTTL is the life of the token that accompanies one request.
	adminTTL = time.Minute
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 64 << 10
)

// Rooms opens and closes the rooms of calls and makes the tokens for them. One
// room per call, named by the call. It holds no state and is safe for use by
// several goroutines.
type Rooms struct {
	base, key, secret string
	client            *http.Client
}

// NewRooms returns the rooms of the LiveKit server at url (http, https, ws or
// wss). No request is made; an unreachable server shows at the first Open.
func NewRooms(url, key, secret string) *Rooms {
	base := strings.TrimRight(url, "/")
	if rest, ok := strings.CutPrefix(base, "ws"); ok {
		base = "http" + rest
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// A proxy from the environment is meant for the outside; LiveKit is inside.
	transport.Proxy = nil
	return &Rooms{base: base, key: key, secret: secret,
		client: &http.Client{Transport: transport, Timeout: requestLimit}}
}

// Open makes the call's room. Opening an open room changes nothing, so callers
// open before every token they give out: that also brings the room back after
// the server was restarted. A join to a room that was not opened is refused.
func (r *Rooms) Open(ctx context.Context, call string) error {
	return r.ask(ctx, "CreateRoom", videoGrant{RoomCreate: true},
		map[string]any{"name": call, "emptyTimeout": roomLife, "departureTimeout": roomLife}, call)
}

// Close ends the call's room and puts everybody out of it. Closing a room that
// is not there is no error.
func (r *Rooms) Close(ctx context.Context, call string) error {
	return r.ask(ctx, "DeleteRoom", videoGrant{RoomCreate: true}, map[string]any{"room": call}, call)
}

// Remove puts one identity out of the call's room; the others talk on. It is
// no error if it is not there. Its token stays valid: whoever must stay out
// must not be given another, and the room must be closed in the end.
func (r *Rooms) Remove(ctx context.Context, call, identity string) error {
	return r.ask(ctx, "RemoveParticipant", videoGrant{RoomAdmin: true, Room: call},
		map[string]any{"room": call, "identity": identity}, call)
}

// ask makes one Twirp request. "Not found" is success: everything that is asked
// for here by removing is true when the thing is not there.
func (r *Rooms) ask(ctx context.Context, method string, grant videoGrant, body map[string]any, call string) error {
	if call == "" || len(call) > maxName {
		return &Error{Code: CodeToken, Field: "call", Sentence: "呼叫编号不能为空，也不能超过 256 字节"}
	}
	token, err := r.sign(claims{Video: grant}, "hub", adminTTL)
	if err != nil {
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return unavailable(method, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost,
		r.base+"/twirp/livekit.RoomService/"+method, bytes.NewReader(text))
	if err != nil {
		return unavailable(method, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := r.client.Do(request)
	if err != nil {
		return unavailable(method, err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return verdict(method, answer.StatusCode, said)
}

// verdict turns an answer of the room service into an error or none.
func verdict(method string, status int, said []byte) error {
	var fault struct{ Code, Msg string }
	_ = json.Unmarshal(said, &fault)
	switch {
	case status == http.StatusOK:
		return nil
	case fault.Code == "not_found" && method != "CreateRoom":
		return nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return &Error{Code: CodeRefused, Field: "media.key",
			Sentence: "LiveKit 不接受本站的密钥，请核对 media.key 与 media.secret"}
	}
	return unavailable(method, fmt.Errorf("%d %s %s", status, fault.Code, fault.Msg))
}

func unavailable(method string, err error) *Error {
	return &Error{Code: CodeUnavailable,
		Sentence: "语音服务没有完成请求 " + method + "，呼叫照常进行但暂时没有声音，请检查 LiveKit", Err: err}
}

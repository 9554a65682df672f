package media

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxTTL bounds how long a token may admit somebody who was never in the
	// room; inside it LiveKit renews tokens by itself.
	maxTTL = 24 * time.Hour
	// maxName is LiveKit's limit for room names, identities and names, bytes.
	maxName = 256
)

// videoGrant is the part of LiveKit's access token that this product uses; the
// field names are LiveKit's published token format.
type videoGrant struct {
	RoomCreate bool `json:"roomCreate,omitempty"`
	RoomAdmin  bool `json:"roomAdmin,omitempty"`

	RoomJoin          bool     `json:"roomJoin,omitempty"`
	Room              string   `json:"room,omitempty"`
	CanPublish        *bool    `json:"canPublish,omitempty"`
	CanSubscribe      *bool    `json:"canSubscribe,omitempty"`
	CanPublishData    *bool    `json:"canPublishData,omitempty"`
	CanPublishSources []string `json:"canPublishSources,omitempty"`
	Hidden            bool     `json:"hidden,omitempty"`
	Recorder          bool     `json:"recorder,omitempty"`
}

type claims struct {
	jwt.RegisteredClaims
	Name  string     `json:"name,omitempty"`
	Video videoGrant `json:"video"`
}

// Token makes a token that admits one identity to one call's room for ttl
// (more than 0, at most 24 h; LiveKit forgives clocks one minute). The identity
// is unique in the room: a second join with the same one puts the first out.
// The name is what others see. It does not speak to the server, and does not
// open the room.
func (r *Rooms) Token(call, identity, name string, role Role, ttl time.Duration) (string, error) {
	for _, part := range []struct{ field, text string }{{"call", call}, {"identity", identity}} {
		if part.text == "" || len(part.text) > maxName {
			return "", refuse(part.field, "不能为空，也不能超过 256 字节")
		}
	}
	if len(name) > maxName {
		return "", refuse("name", "显示名不能超过 256 字节")
	}
	if ttl <= 0 || ttl > maxTTL {
		return "", refuse("ttl", "有效期须大于 0，且不超过 24 小时")
	}
	grant, ok := grantOf(role, call)
	if !ok {
		return "", refuse("role", "不认识的角色 "+string(role)+"，只有 talker、listener、recorder")
	}
	return r.sign(claims{Name: name, Video: grant}, identity, ttl)
}

// grantOf is the whole table of what a role may do.
func grantOf(role Role, call string) (videoGrant, bool) {
	yes, no := true, false
	grant := videoGrant{RoomJoin: true, Room: call, CanSubscribe: &yes}
	switch role {
	case Talker:
		grant.CanPublish, grant.CanPublishData = &yes, &yes
		grant.CanPublishSources = []string{"microphone", "camera"}
	case Listener:
		grant.CanPublish, grant.CanPublishData, grant.Hidden = &no, &no, true
	case Recorder:
		grant.CanPublish, grant.CanPublishData, grant.Hidden, grant.Recorder = &no, &no, true, true
	default:
		return videoGrant{}, false
	}
	return grant, true
}

func (r *Rooms) sign(c claims, subject string, ttl time.Duration) (string, error) {
	now := time.Now()
	c.RegisteredClaims = jwt.RegisteredClaims{
		Issuer:    r.key,
		Subject:   subject,
		NotBefore: jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString([]byte(r.secret))
	if err != nil {
		return "", &Error{Code: CodeToken, Sentence: "通话凭证签名失败，请检查 media.secret", Err: err}
	}
	return token, nil
}

func refuse(field, sentence string) *Error {
	return &Error{Code: CodeToken, Field: field, Sentence: sentence}
}

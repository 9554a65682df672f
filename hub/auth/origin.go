package auth

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Origins are the pages that may open a live socket.
type Origins struct {
	// Listed are whole origins, "https://hub.example:8443". Empty: the page must
	// come from the address under which this request reached the hub.
	Listed []string
}

// Allows gives a request's Origin and whether it is allowed. A request without
// an Origin is not from a page and is refused.
func (o Origins) Allows(r *http.Request) (origin string, ok bool) {
	origin = strings.ToLower(r.Header.Get("Origin"))
	if len(r.Header.Values("Origin")) != 1 || origin == "" || origin == "null" {
		return "", false
	}
	if len(o.Listed) > 0 {
		return origin, slices.ContainsFunc(o.Listed, func(l string) bool { return strings.EqualFold(l, origin) })
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return origin, false
	}
	return origin, strings.EqualFold(u.Host, r.Host)
}

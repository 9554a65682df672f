package prompt

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"net/http"
	"strings"
	"time"
)

// ServeHTTP gives the sound of the code that is the request's path without
// "/prompts/": 200 with audio/wav or audio/ogg, 404 for a code without sound.
// The browser asks each time whether there is a newer one, so that a recording
// is heard from the next call on.
func (l *Library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/prompts"), "/")
	f, err := l.Open(Code(code))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.MIME)
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", fmt.Sprintf(`"%08x-%d"`, crc32.ChecksumIEEE(f.Data), len(f.Data)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.Data))
}

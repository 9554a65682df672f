// Package eventlog says what an entry of the event log is, the same for every
// store: how a fact is written down, and when two entries are one.
package eventlog

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"huying/internal/call"
	"huying/internal/site"
)

// Event is one entry: a fact that a site learned of a call. The log only ever
// grows.
type Event struct {
	Seq  int64 // rises with each entry of this site, with gaps
	Call call.ID
	At   time.Time // wall time of the commit, for people to read
	From call.Site // the site that told; the own code for what was seen here
	Fact call.Fact
}

// Written is a fact as it is stored.
type Written struct {
	Kind   string
	Data   []byte   // JSON
	Digest [16]byte // first half of the SHA-256 of kind, NUL, data
}

// Write gives the stored form of a fact. A fact changes its call only once,
// so within a call the digest tells a repeated commit from a new entry.
func Write(f call.Fact) (Written, error) {
	kind, data, err := call.EncodeFact(f)
	if err != nil {
		return Written{}, fmt.Errorf("write fact %s: %w", kind, err)
	}
	w := Written{Kind: kind, Data: Storable(data)}
	h := sha256.New()
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write(w.Data)
	copy(w.Digest[:], h.Sum(nil))
	return w, nil
}

// Identity is what makes an entry one of its kind in a site's log.
type Identity struct {
	Call   call.ID
	Digest [16]byte
}

// IdentityOf gives the identity of a row of a save.
func IdentityOf(row site.FactRow) (Identity, error) {
	w, err := Write(row.Fact)
	return Identity{row.Call, w.Digest}, err
}

// Storable replaces the one character that PostgreSQL does not keep in JSON,
// U+0000, by a question mark (one byte, so that bounds hold): a note with a stray byte must not
// hold up every press behind it.
func Storable(data []byte) []byte {
	nul := []byte(`\u0000`)
	if !bytes.Contains(data, nul) {
		return data
	}
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); i++ {
		switch {
		case bytes.HasPrefix(data[i:], nul):
			out = append(out, '?')
			i += len(nul) - 1
		case data[i] == '\\' && i+1 < len(data): // an escape of two bytes, e.g. of the backslash itself
			out = append(out, data[i], data[i+1])
			i++
		default:
			out = append(out, data[i])
		}
	}
	return out
}

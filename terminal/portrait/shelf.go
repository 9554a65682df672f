package portrait

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"huying/internal/photo"
	"huying/terminal/keep"
)

// Bounds of what is kept: a township and its county have some dozens of people
// who answer.
const (
	mostPhotos = 200
	mostOctets = 20 << 20
	mostAge    = 90 * 24 * time.Hour // since the person last answered here: somebody who left is forgotten
	mostLoose  = 4                   // photos in memory: who talks now, and those that the disk did not take
)

// firstYear is before any photo was kept: an older time is a dead clock's, and
// says nothing.
const firstYear = 2025

// fileName is the name of a kept photo: whose it is (32 signs of a hash), and
// the SHA-256 of its octets, which tells a torn file from a whole one. Both are
// reckoned here; nothing of a name comes from a hub.
var fileName = regexp.MustCompile(`^([0-9a-f]{32})-([0-9a-f]{64})\.jpg$`)

// shelf keeps photos on the disk and a few in memory. Its lock is never held
// while the disk is waited for.
type shelf struct {
	dir string
	log *slog.Logger

	mu     sync.Mutex
	photos map[string]*kept // by whose they are
	loose  map[string][]byte
	recent []string // hashes of loose ones, the oldest first
	turn   uint64
	failed bool // the disk did not take one; said once
}

// kept is one photo.
type kept struct {
	hash string
	size int64
	used uint64 // higher is later
	disk bool   // a file has it
}

func newShelf(dir string, log *slog.Logger) *shelf {
	return &shelf{dir: dir, log: log, photos: map[string]*kept{}, loose: map[string][]byte{}}
}

// open reads which photos there are; only their names are looked at. What a
// power cut left half, and what is too old, is removed.
func (s *shelf) open(now time.Time) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return // none yet, or a disk that does not work: there are no photos
	}
	type file struct {
		name string
		at   time.Time
		size int64
	}
	var files []file
	for _, e := range entries {
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case info.ModTime().Year() >= firstYear && now.Sub(info.ModTime()) > mostAge:
			s.remove([]string{filepath.Join(s.dir, e.Name())})
		case fileName.MatchString(e.Name()):
			files = append(files, file{e.Name(), info.ModTime(), info.Size()})
		case strings.HasPrefix(e.Name(), "."):
			_ = os.Remove(filepath.Join(s.dir, e.Name()))
		}
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.name, b.name))
	})
	for _, f := range files {
		m := fileName.FindStringSubmatch(f.name)
		s.remove(s.enter(m[1], kept{hash: m[2], size: f.size, disk: true}))
	}
}

// enter makes a photo that of somebody, and gives the files that are now
// too many.
func (s *shelf) enter(who string, k kept) (surplus []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.photos[who]; old != nil && old.hash != k.hash && old.disk {
		surplus = append(surplus, s.file(who, old.hash))
	}
	s.turn++
	k.used = s.turn
	s.photos[who] = &k
	var octets int64
	for _, k := range s.photos {
		octets += k.size
	}
	for len(s.photos) > mostPhotos || octets > mostOctets {
		oldest := ""
		for who, k := range s.photos {
			if oldest == "" || k.used < s.photos[oldest].used {
				oldest = who
			}
		}
		gone := s.photos[oldest]
		delete(s.photos, oldest)
		octets -= gone.size
		surplus = append(surplus, s.file(oldest, gone.hash))
	}
	return surplus
}

func (s *shelf) file(who, hash string) string {
	return filepath.Join(s.dir, who+"-"+hash+".jpg")
}

func (s *shelf) remove(files []string) {
	for _, f := range files {
		_ = os.Remove(f)
	}
}

// hash is that of somebody's photo; empty: there is none.
func (s *shelf) hash(who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.photos[who]
	if k == nil {
		return ""
	}
	s.turn++
	k.used = s.turn
	return k.hash
}

// holdLoose keeps a photo in memory, in place of the oldest there. One that no
// file has is lost with its place.
func (s *shelf) holdLoose(hash string, jpeg []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recent = append(slices.DeleteFunc(s.recent, func(h string) bool { return h == hash }), hash)
	s.loose[hash] = jpeg
	if len(s.recent) <= mostLoose {
		return
	}
	gone := s.recent[0]
	s.recent = s.recent[1:]
	delete(s.loose, gone)
	for who, k := range s.photos {
		if k.hash == gone && !k.disk {
			delete(s.photos, who)
		}
	}
}

// put makes a photo somebody's, in memory; it reports whether that is new.
func (s *shelf) put(who string, jpeg []byte) bool {
	hash := sum(jpeg)
	if s.hash(who) == hash {
		return false
	}
	s.holdLoose(hash, jpeg)
	s.remove(s.enter(who, kept{hash: hash, size: int64(len(jpeg))}))
	return true
}

// store writes somebody's photo to the disk. One that the disk does not take
// stays in memory.
func (s *shelf) store(who string, jpeg []byte) {
	hash := sum(jpeg)
	err := os.MkdirAll(s.dir, 0o700)
	if err == nil {
		err = keep.Write(s.file(who, hash), jpeg)
	}
	s.mu.Lock()
	k := s.photos[who]
	current := k != nil && k.hash == hash
	if current {
		k.disk = err == nil
	}
	say := err != nil && !s.failed
	s.failed = err != nil
	s.mu.Unlock()
	switch {
	case say:
		s.log.Warn("photos stay in memory", "error", err.Error())
	case err == nil && !current: // it was pushed out meanwhile
		s.remove([]string{s.file(who, hash)})
	}
}

// drop forgets somebody's photo; it reports whether there was one.
func (s *shelf) drop(who string) bool {
	s.mu.Lock()
	k := s.photos[who]
	delete(s.photos, who)
	if k != nil {
		delete(s.loose, k.hash)
		s.recent = slices.DeleteFunc(s.recent, func(h string) bool { return h == k.hash })
	}
	s.mu.Unlock()
	if k != nil {
		s.remove([]string{s.file(who, k.hash)})
	}
	return k != nil
}

// get reads a photo by its hash; a file that is torn, foreign or gone is none,
// and forgotten.
func (s *shelf) get(hash string) ([]byte, bool) {
	s.mu.Lock()
	jpeg, ok := s.loose[hash]
	who := ""
	for w, k := range s.photos {
		if k.hash == hash {
			who = w
		}
	}
	s.mu.Unlock()
	if ok || who == "" {
		return jpeg, ok
	}
	jpeg, err := readBounded(s.file(who, hash))
	if err != nil || sum(jpeg) != hash {
		s.drop(who)
		return nil, false
	}
	return jpeg, true
}

var errLong = errors.New("portrait: the file is too long")

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, photo.MaxBytes+1))
	if err == nil && len(data) > photo.MaxBytes {
		err = errLong
	}
	return data, err
}

// fresh reads somebody's photo into memory; it reports false when there was
// one and it cannot be read.
func (s *shelf) fresh(who string) bool {
	hash := s.hash(who)
	if hash == "" {
		return true
	}
	jpeg, ok := s.get(hash)
	if ok {
		s.holdLoose(hash, jpeg)
		now := time.Now() // by the machine's own clock, which may be wrong: then the order is
		_ = os.Chtimes(s.file(who, hash), now, now)
	}
	return ok
}

func sum(jpeg []byte) string {
	h := sha256.Sum256(jpeg)
	return hex.EncodeToString(h[:])
}

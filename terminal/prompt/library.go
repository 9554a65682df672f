package prompt

import (
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

//go:embed builtin
var builtin embed.FS

// The kinds of files, by their endings, in the order in which they are looked for.
var kinds = []struct{ ending, mime string }{
	{".wav", "audio/wav"}, {".ogg", "audio/ogg"}, {".opus", "audio/ogg"},
}

// valid is how a code may look: nothing that leads out of the folder.
var valid = regexp.MustCompile(`^[a-z0-9][a-z0-9_]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$`)

// Library finds the sound of a prompt: the county's own if there is one,
// otherwise the stopgap. Files may be put there and taken away at any time.
type Library struct{ folder string }

// NewLibrary makes a library. folder holds the county's own recordings; it may
// be empty, or not exist yet.
func NewLibrary(folder string) *Library { return &Library{folder} }

// File is the sound of a prompt as it lies on the disk.
type File struct {
	Code Code
	Path string // for people
	Own  bool   // the county's own recording
	MIME string
	Data []byte
}

// ErrNone says that a code has no sound: it is unknown, or nobody recorded it.
var ErrNone = errors.New("prompt: no sound of this code")

// Open finds the file of a code. A file of the county's own that cannot be a
// sound (empty, too large, of another kind) is passed over: a stopgap is better
// than silence. errors.Is(err, ErrNone) when there is none.
func (l *Library) Open(code Code) (File, error) {
	if !valid.MatchString(string(code)) {
		return File{}, fmt.Errorf("%w: %q", ErrNone, code)
	}
	if f, err := l.own(code); err == nil && playable(f.Data) {
		if _, err := Decode(f.Data); err == nil {
			return f, nil
		}
	}
	return stopgap(code)
}

// own finds the county's recording, whatever is in it.
func (l *Library) own(code Code) (File, error) {
	if l.folder == "" {
		return File{}, ErrNone
	}
	f, err := open(os.DirFS(l.folder), code)
	if err != nil {
		return File{}, err
	}
	f.Own, f.Path = true, filepath.Join(l.folder, filepath.FromSlash(f.Path))
	return f, nil
}

func stopgap(code Code) (File, error) {
	dir, err := fs.Sub(builtin, "builtin")
	if err != nil {
		return File{}, err
	}
	return open(dir, code)
}

func open(dir fs.FS, code Code) (File, error) {
	for _, k := range kinds {
		path := string(code) + k.ending
		info, err := fs.Stat(dir, path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if info.Size() > maxFile {
			return File{Code: code, Path: path, MIME: k.mime, Data: make([]byte, maxFile+1)}, nil
		}
		data, err := fs.ReadFile(dir, path)
		if err != nil {
			return File{}, err
		}
		return File{Code: code, Path: path, MIME: k.mime, Data: data}, nil
	}
	return File{}, fmt.Errorf("%w: %s", ErrNone, code)
}

// playable looks at the beginning alone.
func playable(data []byte) bool {
	if len(data) < 12 || len(data) > maxFile {
		return false
	}
	return string(data[:4]) == "RIFF" || string(data[:4]) == "OggS"
}

// Builtin tells whether a code has a stopgap; it asks no disk.
func Builtin(code Code) bool {
	_, err := stopgap(code)
	return err == nil
}

// Has tells whether a code has a sound.
func (l *Library) Has(code Code) bool {
	_, err := l.Open(code)
	return err == nil
}

// Sound gives the samples of a code, mono at Rate. A recording that turns out
// to be damaged gives way to the stopgap.
func (l *Library) Sound(code Code) ([]float32, error) {
	f, err := l.Open(code)
	if err != nil {
		return nil, err
	}
	samples, err := Decode(f.Data)
	if err == nil || !f.Own {
		return samples, err
	}
	if f, other := stopgap(code); other == nil {
		return Decode(f.Data)
	}
	return nil, err
}

// Recorded lists the county's own recordings of who answers that can be
// played. It reads the disk: a program in which something waits for it asks
// beforehand.
func (l *Library) Recorded() map[Code]bool {
	out := map[Code]bool{}
	if l.folder == "" {
		return out
	}
	files, _ := os.ReadDir(filepath.Join(l.folder, answerers)) // a folder that cannot be read has none
	for _, f := range files {
		for _, k := range kinds {
			name, is := strings.CutSuffix(f.Name(), k.ending)
			code := Code(answerers + "/" + name)
			if is && valid.MatchString(string(code)) && begins(filepath.Join(l.folder, answerers, f.Name())) {
				out[code] = true
			}
		}
	}
	return out
}

const answerers = "answerer"

// begins reports whether a file begins like a sound.
func begins(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 12)
	_, err = io.ReadFull(f, head)
	return err == nil && playable(head)
}

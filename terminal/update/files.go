package update

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"huying/internal/release"
	"huying/terminal/keep"
)

// What lies in the folder "update" of a kiosk's data folder.
const (
	Folder      = "update"
	stateFile   = "state.json"
	partFile    = "package.part" // being fetched
	PackageFile = "package"      // whole
	RequestFile = "request.json" // for root: its being there starts root's part
	FactsFile   = "facts.json"   // how the new program fares
)

// OutcomeFile is where root's part says how it ended; nobody else can write there.
const OutcomeFile = "/var/lib/huying-update/outcome.json"

// Request asks root to install the package beside it.
type Request struct {
	ID      string           `json:"id"`
	Release release.Manifest `json:"release"`
	Before  Facts            `json:"before"`
}

// load reads a file into v. That there is none is no error.
func load(path string, v any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	return err
}

// save writes a file whole or not at all.
func save(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return keep.Write(path, append(data, '\n'))
}

// remove removes files that need not be there.
func remove(dir string, names ...string) error {
	var failed error
	for _, n := range names {
		if err := os.Remove(filepath.Join(dir, n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

package terminal

import "path/filepath"

// promptFolder is where the county's own recordings of the prompts lie; it need
// not exist.
func (c Config) promptFolder() string { return filepath.Join(c.DataDir, "prompts") }

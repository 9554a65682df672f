package evdev

import (
	"crypto/sha256"
	"fmt"
)

// keptAs names a device with a keeper: the same keys at the same path. Names
// that begin with of are of the same path, whose grab must not be in our way.
func keptAs(path string, codes []KeyCode) (name, of string) {
	device, wanted := sha256.Sum256([]byte(path)), sha256.Sum256(fmt.Append(nil, codes))
	of = fmt.Sprintf("huying-evdev-%x-", device[:8])
	return fmt.Sprintf("%s%x", of, wanted[:8]), of
}

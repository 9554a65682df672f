package evdev

import (
	"crypto/sha256"
	"fmt"
)

// KeptPrefix begins the names of input devices with a keeper.
const KeptPrefix = "huying-evdev-"

// keptAs names a device with a keeper: the same keys at the same path.
func keptAs(path string, codes []KeyCode) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %v", path, codes))
	return fmt.Sprintf("%s%x", KeptPrefix, sum[:8])
}

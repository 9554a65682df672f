package gpiokernel

import (
	"bytes"
	"encoding/binary"
	"testing"
)

func TestPayloadOfABzImage(t *testing.T) {
	packed := []byte("\xfd7zXZ\x00and more")
	image := make([]byte, 5*512+100)
	copy(image[0x202:], "HdrS") // 0 sectors of set-up code mean 4
	binary.LittleEndian.PutUint32(image[0x248:], 100)
	binary.LittleEndian.PutUint32(image[0x24c:], uint32(len(packed)))
	image = append(image, packed...)
	if got, err := payload(image); err != nil || !bytes.Equal(got, packed) {
		t.Errorf("%q %v", got, err)
	}
	for name, bad := range map[string][]byte{
		"short":     image[:100],
		"cut off":   image[:len(image)-1],
		"no header": make([]byte, 4096),
	} {
		if _, err := payload(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	image[5*512+100] = 'x'
	if _, err := payload(image); err == nil {
		t.Error("another packing was believed")
	}
}

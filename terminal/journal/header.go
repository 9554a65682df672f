package journal

import (
	"encoding/binary"
	"errors"
	"io"
)

// The header of a file.
const (
	fileMagic  = "HUYINGJ1"
	headerLen  = 20   // octets
	headerCopy = 3584 // offset of the second copy, in another sector
	headerSize = 4096 // offset of the first record
)

// writeHeader makes a file count as generation gen. The two copies are in one
// write and mean the same: one that survives is enough.
func writeHeader(f File, gen uint64) error {
	h := append([]byte(fileMagic), make([]byte, headerLen-len(fileMagic))...)
	binary.LittleEndian.PutUint64(h[8:], gen)
	binary.LittleEndian.PutUint32(h[16:], checksum(h[:16]))
	block := make([]byte, headerSize)
	copy(block, h)
	copy(block[headerCopy:], h)
	_, err := f.WriteAt(block, 0)
	return err
}

// readHeader returns the generation of a file; false if it has none, being
// unfinished or damaged.
func readHeader(f File) (gen uint64, ok bool) {
	for _, at := range []int64{0, headerCopy} {
		h := make([]byte, headerLen)
		if _, err := f.ReadAt(h, at); err != nil && !errors.Is(err, io.EOF) {
			continue
		}
		if string(h[:8]) == fileMagic && binary.LittleEndian.Uint32(h[16:]) == checksum(h[:16]) {
			return binary.LittleEndian.Uint64(h[8:]), true
		}
	}
	return 0, false
}

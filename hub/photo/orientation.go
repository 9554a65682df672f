package photo

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// segments walks over the segments before the picture itself: marker and body.
func segments(jpeg []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xFF; {
			marker, size := jpeg[at+1], int(binary.BigEndian.Uint16(jpeg[at+2:]))
			if marker == 0xDA || size < 2 || at+2+size > len(jpeg) || !yield(marker, jpeg[at+4:at+2+size]) {
				return
			}
			at += 2 + size
		}
	}
}

// progressive reports whether a JPEG comes in several scans, between which a
// decoder keeps numbers instead of points.
func progressive(jpeg []byte) bool {
	for marker := range segments(jpeg) {
		if marker == 0xC2 {
			return true
		}
	}
	return false
}

// orientation reads from a JPEG's Exif how the picture lies (tag 0x0112, values
// 1 to 8, Exif 2.32 section 4.6.4); 1, upright, for everything that is not
// there or not to be understood.
func orientation(jpeg []byte) int {
	for marker, body := range segments(jpeg) {
		if tiff, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xE1 {
			return lies(tiff)
		}
	}
	return 1
}

// lies finds the tag in the first directory of a TIFF structure.
func lies(tiff []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(tiff, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(tiff, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := uint64(order.Uint16(tiff[at:]))
	for i := range entries {
		e := at + 2 + 12*i
		if e+12 > uint64(len(tiff)) {
			return 1
		}
		if order.Uint16(tiff[e:]) == 0x0112 && order.Uint16(tiff[e+2:]) == 3 { // a SHORT
			if v := int(order.Uint16(tiff[e+8:])); v >= 1 && v <= 8 {
				return v
			}
			return 1
		}
	}
	return 1
}

// turned maps a point of the upright picture, 0 to 1 from its left upper
// corner, to where it lies in the picture as it was stored.
func turned(orientation int, x, y float64) (float64, float64) {
	switch orientation {
	case 2:
		return 1 - x, y
	case 3:
		return 1 - x, 1 - y
	case 4:
		return x, 1 - y
	case 5:
		return y, x
	case 6:
		return y, 1 - x
	case 7:
		return 1 - y, 1 - x
	case 8:
		return 1 - y, x
	}
	return x, y
}

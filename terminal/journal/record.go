package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// MaxData is the longest Data of a Record in octets: that of a frame.
const MaxData = 16 << 10

// Record is one entry. What Kind and Data mean is the caller's affair.
type Record struct {
	Kind uint8
	Data []byte // at most MaxData octets
}

// clone returns records that share no memory with the caller's.
func clone(recs []Record) []Record {
	own := make([]Record, len(recs))
	for i, r := range recs {
		own[i] = Record{Kind: r.Kind, Data: append([]byte(nil), r.Data...)}
	}
	return own
}

func validate(recs []Record) error {
	for i, r := range recs {
		if len(r.Data) > MaxData {
			return fmt.Errorf("journal: record %d of %d has %d octets: %w", i+1, len(recs), len(r.Data), ErrTooLong)
		}
	}
	return nil
}

const (
	recordMagic = 0x31524a48 // "HJR1"
	headLen     = 40         // octets of a record before its data
)

// The layout's figures. They are variables of a journal only so that tests can
// show what each is good for; every real journal uses normal.
type layout struct {
	align    int64               // records begin at multiples of it: the disk's unit of writing
	chunk    int64               // octets by which a file grows ahead of its records
	limit    int64               // octets above which a file takes no more
	sum      func([]byte) uint32 // checksum of a record
	keepTail bool                // append behind a damaged tail: the mistake that doc.go speaks of
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksum is CRC-32C, which both amd64 and arm64 compute in hardware.
func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// normal is the layout on disk. Every disk writes a sector of 512 octets whole
// or fails to. With 16 MiB a kiosk at one press a month never compacts for
// need; the bound is there for the day when something goes mad.
var normal = layout{align: 512, chunk: 256 << 10, limit: 16 << 20, sum: checksum}

func (l layout) padded(n int64) int64 { return (n + l.align - 1) / l.align * l.align }

// place is where in the history of its file a record stands.
type place struct {
	gen    uint64 // generation of the file
	seq    uint64 // 1, 2, 3 ... in the file
	stored uint64 // seq up to which the file was known to be on the disk
}

// encode appends a record with its padding to buf.
func (l layout) encode(buf []byte, p place, r Record) []byte {
	start := len(buf)
	le := binary.LittleEndian
	buf = le.AppendUint32(buf, recordMagic)
	buf = le.AppendUint32(buf, 0) // checksum, below
	buf = le.AppendUint64(buf, p.gen)
	buf = le.AppendUint64(buf, p.seq)
	buf = le.AppendUint64(buf, p.stored)
	buf = le.AppendUint32(buf, uint32(len(r.Data)))
	buf = append(buf, r.Kind, 0, 0, 0)
	buf = append(buf, r.Data...)
	le.PutUint32(buf[start+4:], l.sum(buf[start+8:]))
	end, size := len(buf), int(l.padded(int64(len(buf)-start)))
	buf = slices.Grow(buf, start+size-end)[:start+size]
	clear(buf[end:]) // what an earlier record left there
	return buf
}

// decode reads the record at the beginning of b and says how many octets it
// takes up; false if there is no whole record.
func (l layout) decode(b []byte) (p place, r Record, size int64, ok bool) {
	le := binary.LittleEndian
	if len(b) < headLen || le.Uint32(b) != recordMagic {
		return p, r, 0, false
	}
	n := int(le.Uint32(b[32:]))
	if n > MaxData || headLen+n > len(b) || le.Uint32(b[4:]) != l.sum(b[8:headLen+n]) {
		return p, r, 0, false
	}
	p = place{gen: le.Uint64(b[8:]), seq: le.Uint64(b[16:]), stored: le.Uint64(b[24:])}
	r = Record{Kind: b[36], Data: append([]byte(nil), b[headLen:headLen+n]...)}
	return p, r, l.padded(int64(headLen + n)), true
}

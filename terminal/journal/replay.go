package journal

import "bytes"

// Damage is what replay found wrong; the zero Damage is a clean file.
type Damage struct {
	// Torn is how many octets behind the last record were not empty: what a
	// power cut left of records that were never acknowledged.
	Torn int64
	// Lost is how many acknowledged records were unreadable at least.
	Lost uint64
	// Unreadable is how many octets the disk refused to read.
	Unreadable int64
}

// replayed is what a file holds.
type replayed struct {
	recs   []Record
	end    int64 // where the next record would go
	seq    uint64
	damage Damage
}

// load reads a whole file. Sectors that cannot be read are zeros.
func load(f File) (b []byte, unreadable int64, err error) {
	size, err := f.Size()
	if err != nil {
		return nil, 0, err
	}
	b = make([]byte, size)
	const block = 64 << 10
	for at := int64(0); at < size; at += block {
		end := min(at+block, size)
		if n, _ := f.ReadAt(b[at:end], at); n == int(end-at) {
			continue
		}
		for s := at; s < end; s += sector {
			e := min(s+sector, end)
			if n, _ := f.ReadAt(b[s:e], s); n != int(e-s) {
				clear(b[s:e])
				unreadable += e - s
			}
		}
	}
	return b, unreadable, nil
}

// sector is the unit in which a disk goes bad.
const sector = 512

// replay finds the records of generation gen in the octets of a file.
func (l layout) replay(b []byte, gen uint64) replayed {
	out := replayed{end: headerSize}
	for {
		p, r, size, ok := l.at(b, out.end, gen)
		if ok && p.seq == out.seq+1 {
			out.recs, out.end, out.seq = append(out.recs, r), out.end+size, p.seq
			continue
		}
		at, seq, found := l.behind(b, out, gen)
		if !found {
			break
		}
		out.damage.Lost += seq - out.seq - 1
		out.end, out.seq = at, seq-1
	}
	if out.end < int64(len(b)) {
		out.damage.Torn = int64(len(bytes.TrimRight(b[out.end:], "\x00")))
	}
	return out
}

func (l layout) at(b []byte, at int64, gen uint64) (place, Record, int64, bool) {
	if at >= int64(len(b)) {
		return place{}, Record{}, 0, false
	}
	p, r, size, ok := l.decode(b[at:])
	return p, r, size, ok && p.gen == gen
}

// behind looks past a record that cannot be read for one that was written when
// the unreadable one was known to be on the disk: then this is damage. If
// there is none it is a torn tail, which was never acknowledged.
func (l layout) behind(b []byte, so replayed, gen uint64) (at int64, seq uint64, found bool) {
	for at = so.end + l.align; at < int64(len(b)); at += l.align {
		p, _, _, ok := l.at(b, at, gen)
		if ok && p.seq > so.seq+1 && p.stored > so.seq {
			return at, p.seq, true
		}
	}
	return 0, 0, false
}

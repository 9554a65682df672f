// Package journal keeps what a kiosk must not forget: a record is on the disk
// when Append returns, whatever happens to the power then.
//
// Two files take turns, journal.0 and journal.1; the one with the higher
// generation in its header counts. Records are only ever appended to it. When
// it has grown too long, or when anything about it is in doubt, the records
// that still matter are written to a fresh file in the other's place, synced,
// and only then the new header is written and synced: until that moment the
// old file counts and is whole.
//
//	offset 0     header   magic, generation, CRC-32C
//	offset 3584  header   again, should a sector go bad
//	offset 4096  record   header and data, zeros up to the next sector
//	...
//
// What can go wrong, and what stops it:
//   - Power is cut in a write: the sectors being written may hold anything. A
//     record begins on a sector of its own, so only records that nobody was
//     told of can suffer; CRC-32C finds them, and replay cuts them off.
//   - Part of a batch survives behind a hole: it must not come back to life
//     when the hole is filled, so a file with anything behind its last record
//     is never appended to; the other takes over.
//   - fsync fails: the kernel may have dropped the data and forgotten the
//     error, so the same file is never synced again; the other takes over,
//     written anew from memory.
//   - A sector goes bad in the middle: every record says up to where its file
//     was known to be stored, so replay can tell damage from a torn tail, and
//     goes on behind it.
//   - The program is killed and started again: what it then reads may not yet
//     be on the disk, and after a failed fsync never will be, so Open syncs and
//     reads what the disk holds.
package journal

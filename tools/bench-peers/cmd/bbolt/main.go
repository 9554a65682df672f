// Bbolt measures go.etcd.io/bbolt as a kiosk's journal: one press, one
// transaction, durable when it returns, at a kiosk's pace. It is no broker;
// its latencies are those of the transaction.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"

	"huying/tools/benchpeers/load"
	"huying/tools/benchpeers/server"
)

func main() {
	pace := flag.Float64("pace", 10, "presses a second")
	seconds := flag.Float64("seconds", 5, "how long")
	size := flag.Int("size", 300, "octets of a press's record")
	parent := flag.String("dir", "", "folder on a real disk (default: the temporary folder)")
	flag.Parse()
	line, err := measure(*parent, *pace, *seconds, *size)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bbolt:", err)
		os.Exit(1)
	}
}

func measure(parent string, pace, seconds float64, size int) (line load.Line, err error) {
	if pace <= 0 || seconds <= 0 || size < 1 {
		return line, errors.New("-pace, -seconds and -size must be above 0")
	}
	dir, err := server.Folder(parent)
	if err != nil {
		return line, err
	}
	defer os.RemoveAll(dir)
	db, err := bbolt.Open(filepath.Join(dir, "presses"), 0o600, nil)
	if err != nil {
		return line, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// A journal is not empty either when it is measured.
	record := make([]byte, size)
	if err := put(db, 0, record); err != nil {
		return line, err
	}
	n := max(1, int(pace*seconds))
	took, late := make([]time.Duration, 0, n), make([]time.Duration, 0, n)
	start := time.Now()
	for i := range n {
		due := start.Add(time.Duration(float64(i) / pace * float64(time.Second)))
		time.Sleep(time.Until(due))
		begin := time.Now()
		late = append(late, begin.Sub(due))
		if err := put(db, uint64(i+1), record); err != nil {
			return line, err
		}
		took = append(took, time.Since(begin))
	}
	return load.Single("bbolt", took, late, time.Since(start)), nil
}

// put is one press: its number and its record in a transaction of its own.
func put(db *bbolt.DB, n uint64, record []byte) error {
	return db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists([]byte("presses"))
		if err != nil {
			return err
		}
		return b.Put(binary.BigEndian.AppendUint64(nil, n), record)
	})
}

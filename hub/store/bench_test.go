package store

import (
	"fmt"
	"testing"
	"time"

	"huying/hub/postgres"
	"huying/internal/call"
	"huying/internal/site"
)

// BenchmarkCommit stores saves as a storm of presses makes them (a press, a
// call, a fact, a fact for the parent) on a server that really syncs, for the
// number of saves that wait at a time. Run it with
//
//	go test -run '^$' -bench Commit -benchtime 2s ./hub/store
func BenchmarkCommit(b *testing.B) {
	url := ownCluster(b, postgres.Config{}).URL()
	for _, waiting := range []int{1, 16, 64, 256, 1024} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			benchmarkCommit(b, url, waiting)
		})
	}
}

func benchmarkCommit(b *testing.B, url string, waiting int) {
	s := loaded(b, url, Options{})
	next := newStorm(b, s)
	batch := make([]site.Save, waiting)
	saves := 0
	for b.Loop() {
		for i := range batch {
			batch[i] = next()
		}
		if err := s.Commit(b.Context(), time.Now(), batch); err != nil {
			b.Fatal(err)
		}
		saves += waiting
	}
	b.ReportMetric(float64(saves)/b.Elapsed().Seconds(), "saves/s")
	b.ReportMetric(float64(waiting), "saves/commit")
}

// newStorm makes saves of 450 kiosks that press in turn, each press a call of
// its own, and of a parent that acknowledges.
func newStorm(b *testing.B, s *Store) func() site.Save {
	im, err := s.Load(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	boot := uint32(s.Incarnation())
	out := max(im.NextN["361025"], 1)
	n := uint32(0)
	return func() site.Save {
		k := fmt.Sprintf("361025105%03d-1", n%450)
		id := call.ID{Kiosk: k, Mark: call.Mark{Boot: boot, Seq: 1 + n/450}}
		n++
		f := call.Pressed{Mark: id.Mark, Key: call.Urgent, At: time.Unix(1772600000, 123456789).UTC(), Sig: make([]byte, 64)}
		c := call.New(id)
		c.Merge(f)
		c.Why.Home, c.Rung, c.Climbing, c.Rings = true, 0, call.Urgent, []call.Post{"seats"}
		save := site.Save{N: uint64(n), Presses: []site.PressRow{{Press: id, Call: id, Fact: f}}, Calls: []call.Call{c},
			Facts: []site.FactRow{{Call: id, Fact: f, From: "361025105"}},
			Out:   []site.OutRow{{Peer: "361025", N: out, Call: id, Fact: f}}}
		if out++; n%64 == 0 && out > 64 {
			save.Sent = []site.PeerMark{{Peer: "361025", N: out - 64}}
		}
		return save
	}
}

// BenchmarkLoad starts from the storage of a province: 20,000 kiosks with 50
// presses and calls each.
func BenchmarkLoad(b *testing.B) {
	s := loaded(b, ownCluster(b, postgres.Config{Throwaway: true}).URL(), unsafe)
	conn, err := s.writer.Acquire(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range []string{
		`INSERT INTO press SELECT 'k-' || k, 1, n, 1, n, 'urgent', timestamptz '2026-01-01', timestamptz '2026-01-01', null
			FROM generate_series(1, 20000) k, generate_series(1, 51) n WHERE n <> 25`,
		`INSERT INTO call (kiosk, boot, seq, key, phase, data) SELECT 'k-' || k, 1, n, 'urgent', CASE n WHEN 49 THEN 'ringing' ELSE 'closed' END,
			jsonb_build_object('id', 'k-' || k || '.1.' || n, 'rings', null, 'why', '{"home":true}'::jsonb, 'at', '2026-01-01T00:00:00Z')
			FROM generate_series(1, 20000) k, generate_series(1, 51) n`,
		`VACUUM ANALYZE`,
	} {
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		im, err := s.Load(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if len(im.Calls) != 20000*4 || len(im.Seen) != 20000 {
			b.Fatalf("%d calls, %d kiosks", len(im.Calls), len(im.Seen))
		}
	}
}

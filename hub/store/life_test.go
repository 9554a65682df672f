package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"huying/hub/storetest"
	"huying/internal/life"
)

func TestLife(t *testing.T) {
	storetest.RunLife(t, func(t *testing.T) (storetest.LifeStore, func() storetest.LifeStore) {
		url := database(t)
		return opened(t, url, unsafe), func() storetest.LifeStore { return opened(t, url, unsafe) }
	})
}

// What is kept of kiosks' health holds up no commit of presses.
func TestSavingLifeWaitsForNobodyAndNobodyForIt(t *testing.T) {
	url := database(t)
	s := loaded(t, url, unsafe)
	c := connect(t, url)
	if _, err := c.Exec(t.Context(), "BEGIN; UPDATE incarnation SET batch = batch"); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLife(t.Context(), life.Save{Kiosks: []life.Kiosk{{ID: "k-1"}}}); err != nil {
		t.Fatalf("beside a commit that hangs: %v", err)
	}
	loaded2 := opened(t, url, unsafe)
	if _, err := c.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if _, err := loaded2.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLife(t.Context(), life.Save{}); !errors.Is(err, ErrSuperseded) {
		t.Fatalf("after another loaded: %v", err)
	}
}

// The daily count reads a stretch of an index, however many presses others
// made.
func TestTheTallyReadsAnIndex(t *testing.T) {
	c := connect(t, database(t))
	if _, err := c.Exec(t.Context(), `INSERT INTO press (kiosk, boot, seq, call_boot, call_seq, key, pressed_at, stored_at)
		SELECT 'k-' || k, 1, n, 1, n, 'urgent', 'epoch', 'epoch' FROM generate_series(1, 200) k, generate_series(1, 100) n;
		ANALYZE press`); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), "VACUUM press"); err != nil {
		t.Fatal(err)
	}
	rows, err := c.Query(context.Background(), `EXPLAIN SELECT count(DISTINCT seq), max(seq), count(*) FROM press
		WHERE kiosk = 'k-7' AND boot >= 1`)
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if !strings.Contains(plan.String(), "Index Only Scan using press_pkey") {
		t.Fatalf("the plan is\n%s", plan.String())
	}
}

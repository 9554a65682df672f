package directorytest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"huying/hub/authority"
	"huying/hub/directory"
)

func keepAuthority(t *testing.T, s directory.Store) {
	ctx := context.Background()
	const many = 8
	got := make([]authority.Kept, many)
	var all sync.WaitGroup
	for i := range many {
		all.Go(func() {
			var err error
			got[i], err = s.KeepAuthority(ctx, authority.Kept{Key: hash(byte(i + 1)), Root: key(byte(i + 1))})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, k := range got {
		if string(k.Key) != string(got[0].Key) || string(k.Root) != string(got[0].Root) || len(k.Root) != 32 || k.Root[0] != 0x80|k.Key[0] {
			t.Fatalf("two authorities, or halves of two: %x and %x", k, got[0])
		}
	}
}

func settings(t *testing.T, s directory.Store) {
	ctx := context.Background()
	all, err := s.AllSettings(ctx)
	must(t, err)
	if n, err := s.News(ctx); err != nil || len(all) != 0 || n.Settings != 0 {
		t.Fatalf("before any: %v, %+v, %v", all, n, err)
	}
	var last uint32
	for _, g := range []directory.Settings{{Kiosk: "361025105207-1", Values: json.RawMessage(`{"volume": 1}`)},
		{Values: json.RawMessage(`{"volume": 2}`)}, {Kiosk: "361025105207-1", Values: json.RawMessage(`{"volume": 3}`)}} {
		g.GivenBy, g.GivenAt = "p1", noon
		kept, err := s.PutSettings(ctx, g)
		must(t, err)
		if kept.Rev <= last {
			t.Fatalf("revision %d after %d", kept.Rev, last)
		}
		last = kept.Rev
	}
	all, err = s.AllSettings(ctx)
	must(t, err)
	if len(all) != 2 || all[0].Kiosk != "" || all[1].Rev != last || all[1].GivenBy != "p1" || !all[1].GivenAt.Equal(noon) {
		t.Fatalf("all settings: %+v", all)
	}
	var values struct{ Volume int }
	if err := json.Unmarshal(all[1].Values, &values); err != nil || values.Volume != 3 {
		t.Fatalf("values %s: %v", all[1].Values, err)
	}
	if n, err := s.News(ctx); err != nil || n.Settings != last {
		t.Fatalf("news %+v, %v; want settings %d", n, err, last)
	}
}

func news(t *testing.T, s directory.Store) {
	ctx := context.Background()
	for _, id := range []string{"361025105207-3", "361025105207-1", "361025105207-2"} {
		must(t, s.AddKiosk(ctx, kiosk(id, "361025105207")))
	}
	for _, id := range []string{"361025105207-3", "361025105207-1"} {
		must(t, s.RevokeKiosk(ctx, id))
	}
	must(t, s.IssueCode(ctx, code("361025105207-3", 1)))
	n, err := s.News(ctx)
	must(t, err)
	if !slices.Equal(n.Revoked, []string{"361025105207-1", "361025105207-3"}) {
		t.Fatalf("revoked: %v", n.Revoked)
	}
	_, err = s.RedeemCode(ctx, hash(1), key(7), noon)
	must(t, err)
	if n, err = s.News(ctx); err != nil || !slices.Equal(n.Revoked, []string{"361025105207-1"}) {
		t.Fatalf("after enrolling anew: %v, %v", n.Revoked, err)
	}
}

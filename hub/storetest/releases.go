package storetest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"huying/hub/releases"
	"huying/internal/release"
)

// RunReleases proves the keeping of packages and rollouts. Open gives an empty
// store and a function that opens another on the same data.
func RunReleases(t *testing.T, open func(t *testing.T) (releases.Store, func() releases.Store)) {
	parts := []struct {
		name string
		run  func(t *testing.T, s releases.Store, reopen func() releases.Store)
	}{
		{"packages come back", packagesComeBack},
		{"what became no package is forgotten", uploadsForgotten},
		{"rollouts come back", rolloutsComeBack},
		{"who saw an older rollout changes nothing", rolloutStale},
		{"of two that begin at once one does", rolloutOnce},
		{"odd texts do not stop a rollout", rolloutOddTexts},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) {
			s, reopen := open(t)
			p.run(t, s, reopen)
		})
	}
}

func pack(version, arch, upload string, at time.Time) releases.Package {
	return releases.Package{Manifest: release.Manifest{Version: version, Arch: arch, Size: 7, SHA256: "aa", Sig: []byte{1, 2}}, Upload: upload,
		UploadedBy: releases.Person{ID: "p1", Name: "周"}, UploadedAt: at}
}

func packagesComeBack(t *testing.T, s releases.Store, reopen func() releases.Store) {
	ctx := t.Context()
	if all, err := s.Packages(ctx); err != nil || len(all) != 0 {
		t.Fatalf("%v %v", all, err)
	}
	big := bytes.Repeat([]byte{0, 255, 7}, releases.ChunkSize/3)
	must(t, s.AddChunk(ctx, "one", 0, big, noon))
	must(t, s.AddChunk(ctx, "one", 1, []byte("end"), noon))
	first, second := pack("0.3.0", "arm64", "one", noon), pack("0.3.0", "amd64", "two", noon.Add(time.Hour))
	must(t, s.PutPackage(ctx, first))
	must(t, s.PutPackage(ctx, second))
	if err := s.PutPackage(ctx, pack("0.3.0", "arm64", "three", noon)); !errors.Is(err, releases.ErrExists) {
		t.Fatalf("the same again: %v", err)
	}
	s = reopen()
	all, err := s.Packages(ctx)
	must(t, err)
	if want := []releases.Package{second, first}; !reflect.DeepEqual(all, want) {
		t.Fatalf("%+v, want %+v", all, want)
	}
	for n, want := range [][]byte{big, []byte("end"), nil} {
		got, err := s.Chunk(ctx, "one", n)
		must(t, err)
		if !bytes.Equal(got, want) {
			t.Fatalf("piece %d has %d bytes", n, len(got))
		}
	}
	for _, want := range []bool{true, false} {
		if found, err := s.DropPackage(ctx, "0.3.0", "arm64"); err != nil || found != want {
			t.Fatalf("%v %v", found, err)
		}
	}
	all, err = s.Packages(ctx)
	must(t, err)
	if got, err := s.Chunk(ctx, "one", 0); err != nil || len(got) != 0 || len(all) != 1 {
		t.Fatalf("after the package was dropped: %d bytes %v, %d packages", len(got), err, len(all))
	}
}

func uploadsForgotten(t *testing.T, s releases.Store, _ func() releases.Store) {
	ctx := t.Context()
	for _, name := range []string{"kept", "given-up", "under-way"} {
		at := noon
		if name == "under-way" {
			at = noon.Add(time.Hour)
		}
		must(t, s.AddChunk(ctx, name, 0, []byte(name), at))
	}
	must(t, s.PutPackage(ctx, pack("0.3.0", "arm64", "kept", noon)))
	there := func(name string, want bool) {
		t.Helper()
		got, err := s.Chunk(ctx, name, 0)
		must(t, err)
		if (len(got) > 0) != want {
			t.Fatalf("%s: %q", name, got)
		}
	}
	must(t, s.DropUploads(ctx, noon.Add(time.Minute)))
	there("kept", true)
	there("given-up", false)
	there("under-way", true)
	must(t, s.DropUpload(ctx, "under-way"))
	must(t, s.DropUpload(ctx, "kept"))
	there("under-way", false)
	there("kept", true)
}

func aRollout() releases.Rollout {
	by := releases.Person{ID: "p1", Name: "周"}
	return releases.Rollout{Version: "0.3.0", Trial: []string{"k-1"}, Stage: releases.Trial, State: releases.Running, Since: noon,
		Log: []releases.Entry{{At: noon, What: releases.DidStart, By: &by, Kiosks: []string{"k-1"}, Note: "试点"}}}
}

func latestRollout(t *testing.T, s releases.Store) releases.Rollout {
	t.Helper()
	r, found, err := s.LatestRollout(context.Background())
	must(t, err)
	id, rev, err := s.RolloutRev(context.Background())
	must(t, err)
	if id != r.ID || rev != r.Rev || found != (id != 0) {
		t.Fatalf("rollout %d.%d, but %d.%d", r.ID, r.Rev, id, rev)
	}
	return r
}

func rolloutsComeBack(t *testing.T, s releases.Store, reopen func() releases.Store) {
	if r := latestRollout(t, s); r.ID != 0 {
		t.Fatalf("%+v", r)
	}
	r := aRollout()
	var err error
	r.ID, r.Rev, err = s.SaveRollout(t.Context(), r, nil)
	must(t, err)
	one := releases.Outcome{Kiosk: "k-1", Phase: releases.Trying, Since: noon, Offered: noon, Offers: 1}
	two := releases.Outcome{Kiosk: "k-2", Phase: releases.Refused, Since: noon, Error: "旧", Excuse: &releases.Excuse{Note: "换机", At: noon}}
	_, r.Rev, err = s.SaveRollout(t.Context(), r, []releases.Outcome{one, two})
	must(t, err)
	one.Phase, one.Runs = releases.Installed, noon.Add(time.Minute)
	r.Stage, r.Tenth = releases.Tenth, []string{"k-1", "k-3"}
	_, r.Rev, err = s.SaveRollout(t.Context(), r, []releases.Outcome{one})
	must(t, err)
	r.Kiosks = map[string]releases.Outcome{"k-1": one, "k-2": two}
	if got := latestRollout(t, reopen()); !reflect.DeepEqual(got, r) {
		t.Fatalf("%+v\nwant %+v", got, r)
	}
	r.State = releases.Withdrawn
	_, _, err = s.SaveRollout(t.Context(), r, nil)
	must(t, err)
	next := aRollout()
	next.Version = "0.4.0"
	id, _, err := s.SaveRollout(t.Context(), next, nil)
	must(t, err)
	if got := latestRollout(t, s); got.ID != id || id <= r.ID || got.Version != "0.4.0" || len(got.Kiosks) != 0 {
		t.Fatalf("%+v", got)
	}
}

func rolloutStale(t *testing.T, s releases.Store, reopen func() releases.Store) {
	r := aRollout()
	var err error
	r.ID, r.Rev, err = s.SaveRollout(t.Context(), r, nil)
	must(t, err)
	_, _, err = reopen().SaveRollout(t.Context(), r, nil)
	must(t, err)
	r.State = releases.Withdrawn
	if _, _, err := s.SaveRollout(t.Context(), r, []releases.Outcome{{Kiosk: "k-1"}}); !errors.Is(err, releases.ErrStale) {
		t.Fatal(err)
	}
	if got := latestRollout(t, s); got.State != releases.Running || len(got.Kiosks) != 0 {
		t.Fatalf("%+v", got)
	}
	if _, _, err := s.SaveRollout(t.Context(), aRollout(), nil); !errors.Is(err, releases.ErrStale) {
		t.Fatalf("a second beside one that is not over: %v", err)
	}
}

func rolloutOnce(t *testing.T, s releases.Store, reopen func() releases.Store) {
	stores := []releases.Store{s, reopen()}
	errs := make([]error, len(stores))
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() { _, _, errs[i] = s.SaveRollout(context.Background(), aRollout(), nil) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), releases.ErrStale) {
		t.Fatalf("%v", errs)
	}
}

func rolloutOddTexts(t *testing.T, s releases.Store, _ func() releases.Store) {
	odd := "\x00\\u0000\xff流坑"
	r := aRollout()
	r.Log[0].Note, r.Log[0].By.Name = odd, odd
	p := pack("0.3.0", "arm64", "one", noon)
	p.UploadedBy.Name = odd
	must(t, s.PutPackage(t.Context(), p))
	_, _, err := s.SaveRollout(t.Context(), r, []releases.Outcome{{Kiosk: "k-1", Error: odd}})
	must(t, err)
	if got := latestRollout(t, s); len(got.Kiosks) != 1 {
		t.Fatalf("%+v", got)
	}
}

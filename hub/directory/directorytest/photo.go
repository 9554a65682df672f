package directorytest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"huying/hub/directory"
	"huying/hub/refusal"
	form "huying/internal/photo"
)

// photo is some octets of a photo's size; a store does not look at them.
func photo(person string, fill byte, size int) directory.Photo {
	data := bytes.Repeat([]byte{fill}, size)
	return directory.Photo{Person: person, JPEG: data, SHA256: sha256.Sum256(data), GivenBy: "a1", GivenAt: noon}
}

func photos(t *testing.T, s directory.Store) {
	ctx := context.Background()
	must(t, s.PutPerson(ctx, person("p1", "zhang")))
	must(t, s.PutPerson(ctx, person("p2", "li")))
	_, err := s.Photo(ctx, "p1")
	refused(t, err, refusal.NoPhoto)
	refused(t, s.PutPhoto(ctx, photo("p3", 1, 10)), refusal.UnknownPerson)
	largest := photo("p1", 0, form.MaxBytes)
	must(t, s.PutPhoto(ctx, largest))
	samePhoto(t, s, largest)

	second := photo("p1", 2, 100)
	second.GivenBy, second.GivenAt = "p1", noon.Add(time.Hour)
	given := photo("p1", 2, 100)
	given.GivenBy, given.GivenAt = second.GivenBy, second.GivenAt
	must(t, s.PutPhoto(ctx, given))
	given.JPEG[0] = 9 // what was handed over is the store's own
	samePhoto(t, s, second)
	must(t, s.PutPhoto(ctx, photo("p2", 3, 7)))
	must(t, s.PutPerson(ctx, person("p1", "zhang.san"))) // a photo outlives a change of the person
	samePhoto(t, s, second)

	must(t, s.DropPhoto(ctx, "p1"))
	must(t, s.DropPhoto(ctx, "p1"))
	must(t, s.DropPhoto(ctx, "nobody"))
	_, err = s.Photo(ctx, "p1")
	refused(t, err, refusal.NoPhoto)
	samePhoto(t, s, photo("p2", 3, 7))
}

func samePhoto(t *testing.T, s directory.Store, want directory.Photo) {
	t.Helper()
	got, err := s.Photo(context.Background(), want.Person)
	must(t, err)
	if !bytes.Equal(got.JPEG, want.JPEG) || got.SHA256 != want.SHA256 || got.GivenBy != want.GivenBy || !got.GivenAt.Equal(want.GivenAt) {
		t.Fatalf("photo of %s: %d octets by %s at %v, want %d by %s at %v", want.Person,
			len(got.JPEG), got.GivenBy, got.GivenAt, len(want.JPEG), want.GivenBy, want.GivenAt)
	}
	if got.Tag() != form.Tag(want.JPEG) {
		t.Fatalf("tag %s, want %s", got.Tag(), form.Tag(want.JPEG))
	}
}

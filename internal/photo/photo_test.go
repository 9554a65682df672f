package photo_test

import (
	"testing"

	"huying/internal/photo"
)

// The text and the path are a protocol: kiosks in the field use exactly these.
func TestWhatKiosksAskIsThis(t *testing.T) {
	const want = "huying-photo\n361025105207-1\n361025105\nzhang"
	if got := string(photo.Text("361025105207-1", "361025105", "zhang")); got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
	if got := photo.Path("a/../b"); got != "/api/kiosk/photo/a%2F..%2Fb" {
		t.Errorf("path is %q", got)
	}
	const empty = `"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`
	if got := photo.Tag(nil); got != empty {
		t.Errorf("tag of nothing is %s", got)
	}
}

package screen

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestABrokenProfileIsThrownAway with every file of it garbage.
func TestABrokenProfileIsThrownAway(t *testing.T) {
	w, _ := shown(t, sizes[0][0], sizes[0][1])
	w.close()
	broken := 0
	must(t, filepath.WalkDir(w.profile, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		broken++
		return os.WriteFile(path, bytes.Repeat([]byte("\x00garbage"), 512), 0o600)
	}))
	if broken < 20 {
		t.Fatalf("the profile has %d files: this breaks nothing", broken)
	}
	began := time.Now()
	w.open()
	w.sees("the page, and nothing else", w.idle)
	took(t, fmt.Sprintf("the page with %d broken files", broken), began)
}

// TestAFullDiskStillShowsThePage on a disk of a few megabytes without a free octet.
func TestAFullDiskStillShowsThePage(t *testing.T) {
	w := hang(t, sizes[0][0], sizes[0][1])
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=8m,mode=700,uid=%d,gid=%d", w.id, w.id), "none", w.profile).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: a small disk cannot be mounted here: %s", out)
	}
	t.Cleanup(func() {
		w.endAll()
		must(t, exec.Command("umount", "--lazy", w.profile).Run())
	})
	_ = os.WriteFile(filepath.Join(w.profile, "full"), make([]byte, 16<<20), 0o644) // as far as it goes
	w.agentUp(false)
	w.light()
	w.open()
	w.sees("the page, and nothing else", w.idle)
	if said := w.session.words("the browser's folder is full or cannot be written: what it keeps is lost when it ends", "instead"); len(said) == 0 {
		t.Error("nobody is told that the disk is full")
	}
}

// TestWithoutAChineseFontThereAreBoxes: what looks for Chinese signs can fail,
// and the package's font is what makes them.
func TestWithoutAChineseFontThereAreBoxes(t *testing.T) {
	w := hang(t, sizes[0][0], sizes[0][1])
	w.lacks = "/usr/share/fonts/opentype"
	if _, err := os.Stat("/usr/share/fonts/truetype/wqy"); err == nil {
		w.lacks = "/usr/share/fonts/truetype/wqy"
	}
	if _, err := os.Stat(w.lacks); err != nil {
		t.Skip("SKIPPED: the Chinese font of this machine is not where Debian has it")
	}
	w.agentUp(false)
	w.light()
	w.open()
	p := w.sees("the page", w.idle)
	w.keep(p, t.Name())
	if p.glyphs() == nil {
		t.Error("without a Chinese font the signs count as Chinese")
	}
}

// ask is a page that wants microphone and camera, and to be heard.
const ask = `<!doctype html><body style="background:#0a5c32"><script>
const tell = words => fetch('/told', { method: 'POST', body: words })
navigator.mediaDevices.getUserMedia({ audio: true, video: true })
  .then(s => { const c = new AudioContext(); return c.resume().then(() => tell(s.getTracks().length + ' tracks, sound ' + c.state)) })
  .catch(e => tell(String(e)))
</script>`

// TestThePolicyGivesMicrophoneAndCamera to the page's address, without a
// question and without a touch. The devices are Chromium's own, since there are
// none here; the permission is the policy's.
func TestThePolicyGivesMicrophoneAndCamera(t *testing.T) {
	w := hang(t, sizes[0][0], sizes[0][1])
	told := make(chan string, 10)
	page := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			rw.Header().Set("Content-Type", "text/html")
			fmt.Fprint(rw, ask)
		case "/told":
			var words strings.Builder
			_ = r.Write(&words)
			told <- words.String()
		case "/api/alive":
			fmt.Fprint(rw, `{"quiet_ms":0}`)
		}
	}))
	t.Cleanup(page.CloseClientConnections)
	w.page = strings.TrimPrefix(page.URL, "http://")
	w.args = []string{"--use-fake-device-for-media-stream"}
	w.light()
	w.open()
	select {
	case words := <-told:
		if !strings.Contains(words, "2 tracks, sound running") {
			t.Errorf("the page says %s", words)
		}
	case <-time.After(patience):
		t.Error("the page waits for an answer: somebody was asked")
	}
}

package browser

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
)

// longestWord bounds what Chromium says at once; what we ask for is short.
const longestWord = 1 << 20

// discover asks Chromium to tell what becomes of its pages.
const discover = `{"id":1,"method":"Target.setDiscoverTargets","params":{"discover":true}}` + "\x00"

// ear hears from Chromium itself, over its debugging pipe, that a page has
// crashed. Without it the glass would show Chromium's own sad page until the
// watch misses the page's word.
type ear struct {
	crashed <-chan struct{} // closed at the first crash
	ours    []*os.File
	theirs  []*os.File
}

// listen prepares a command whose files 3 and 4 are the pipe. It must be
// closed, and started() called once the command has them.
func listen(cmd *exec.Cmd) (*ear, error) {
	in, ask, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	hear, out, err := os.Pipe()
	if err != nil {
		_, _ = in.Close(), ask.Close()
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{in, out}
	crashed := make(chan struct{})
	go follow(hear, crashed)
	_, _ = ask.WriteString(discover)
	return &ear{crashed: crashed, ours: []*os.File{ask, hear}, theirs: cmd.ExtraFiles}, nil
}

// started lets go of the command's ends, so that its end is heard.
func (e *ear) started() { closeAll(e.theirs) }

func (e *ear) close() { closeAll(e.ours) }

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// follow reads words until the pipe ends, and closes crashed at the first
// crash of a page.
func follow(r io.Reader, crashed chan<- struct{}) {
	words := bufio.NewScanner(r)
	words.Buffer(nil, longestWord)
	words.Split(untilNUL)
	told := false
	for words.Scan() {
		var word struct {
			Method string `json:"method"`
		}
		if json.Unmarshal(words.Bytes(), &word) == nil && word.Method == "Target.targetCrashed" && !told {
			told = true
			close(crashed)
		}
	}
	_, _ = io.Copy(io.Discard, r) // a word that is too long must not block Chromium
}

// untilNUL splits what Chromium says: each word ends with a zero octet.
func untilNUL(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF {
		return len(data), nil, nil
	}
	return 0, nil, nil
}

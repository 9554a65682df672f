package browser

import (
	_ "embed"
	"encoding/base64"
)

// waiting is what stands on the glass while there is no terminal that could
// give its page: Chromium's own error page is nothing for a villager.
//
//go:embed waiting.html
var waiting []byte

// waitingPage is an address that needs nobody.
func waitingPage() string {
	return "data:text/html;charset=utf-8;base64," + base64.StdEncoding.EncodeToString(waiting)
}

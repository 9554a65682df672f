package wire

import "huying/internal/call"

// HelloText is what a kiosk signs to prove who it is: the site's nonce and the
// kiosk's own id. The id has no line feed in it, so no two pairs make the same
// text; the first line keeps it apart from everything else the key signs.
func HelloText(nonce []byte, kiosk string) []byte {
	out := append([]byte("huying-hello\n"), nonce...)
	return append(append(out, '\n'), kiosk...)
}

// PressText is what a kiosk signs for each press, so that every call traces to
// a press of that kiosk (invariant I3) through whatever site it came. A press
// for help has no fourth line, so that no other press can be passed off as one.
func PressText(press call.PressID, of call.ID, key call.Key, purpose call.Purpose) []byte {
	out := []byte("huying-press\n" + press.String() + "\n" + of.String() + "\n" + string(key))
	if purpose == call.ForHelp {
		return out
	}
	return append(append(out, '\n'), purpose...)
}

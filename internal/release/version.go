package release

import (
	"cmp"
	"strings"
)

// Newer reports whether version a comes after b, by the rules of deb-version(7)
// without an epoch, as "dpkg --compare-versions a gt b" has it.
func Newer(a, b string) bool { return Compare(a, b) > 0 }

// Compare orders two versions: less than 0 if a is before b, 0 if they are
// equal to Debian, which is not always letter by letter (1.0 and 1.00 are).
func Compare(a, b string) int {
	upA, revA := split(a)
	upB, revB := split(b)
	if c := compare(upA, upB); c != 0 {
		return c
	}
	return compare(revA, revB)
}

// split parts the upstream version from Debian's revision, at the last hyphen.
func split(v string) (upstream, revision string) {
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		return v[:i], v[i+1:]
	}
	return v, ""
}

// compare takes turns between what is no digit, by weight, and numbers.
func compare(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !digit(a[0]) || b != "" && !digit(b[0]) {
			if c := cmp.Compare(weight(a), weight(b)); c != 0 {
				return c
			}
			a, b = a[1:], b[1:] // the same weight: neither is at its end
		}
		var x, y string
		x, a = number(a)
		y, b = number(b)
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
	}
	return 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// weight is of the first letter: a tilde before the end, the end (and a digit,
// which ends the part) before letters, letters before anything else.
func weight(s string) int {
	switch {
	case s == "" || digit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z':
		return int(s[0])
	}
	return int(s[0]) + 256
}

// number takes the digits at the beginning, without leading zeros.
func number(s string) (digits, rest string) {
	n := 0
	for n < len(s) && digit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}

package auth

import "strings"

// unitLengths are the lengths of administrative division codes in digits:
// province, prefecture, county (GB/T 2260), township, village (GB/T 10114 and
// the statistics bureau's twelve digits) and, below them, the village group
// with three more digits of our own.
var unitLengths = [...]int{2, 4, 6, 9, 12, 15}

// ValidUnit reports whether code is an administrative division code: digits
// only, of a length that a level has.
func ValidUnit(code string) bool {
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return false
		}
	}
	for _, n := range unitLengths {
		if len(code) == n {
			return true
		}
	}
	return false
}

// Covers reports whether the outer unit is the inner one or contains it. A
// code that is not valid covers nothing and is covered by nothing, so an empty
// unit is never "everything".
func Covers(outer, inner string) bool {
	return ValidUnit(outer) && ValidUnit(inner) && strings.HasPrefix(inner, outer)
}

// KioskUnit is the unit code inside a kiosk's id ("361025105207-1") or inside
// a call's ("361025105207-1.7.42"): what stands before the first "-". False
// means that the id has no valid unit code. That the id carries the unit lets
// scope be checked while the database is away.
func KioskUnit(id string) (string, bool) {
	unit, _, found := strings.Cut(id, "-")
	return unit, found && ValidUnit(unit)
}

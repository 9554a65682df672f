//go:build !failpoints

package failpoint

// At does nothing in an ordinary build.
func At(Point) {}

// Seeded is false in an ordinary build.
func Seeded(Flaw) bool { return false }

package auth

import "testing"

// What one attempt costs the hub; the guard and the slots bound how many.
func BenchmarkSignIn(b *testing.B) {
	h, err := NewHasher(Strong)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.match(b.Context(), "correct horse", ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEnrolmentCode(b *testing.B) {
	h, err := NewHasher(Strong)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := h.Code(b.Context(), "AAAA-AAAA"); err != nil {
			b.Fatal(err)
		}
	}
}

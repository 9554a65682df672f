//go:build failpoints

package main

import (
	"os"

	"huying/internal/failpoint"
)

// Only programs built for the proof have this file: they die where they are told.
func init() { failpoint.Follow(os.Getenv("HUYING_FAILPOINTS")) }

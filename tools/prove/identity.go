package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// identity lets real hubs and kiosks know each other, from the first code to
// the revocation.
func identity(ctx context.Context) (trials, worst string, err error) {
	dir, err := os.MkdirTemp("", "huying-prove-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	report := filepath.Join(dir, "report.json")
	_, _, err = tests{packages: []string{"./cmd/villagesim/trust"}, run: ".", count: 1,
		args: []string{"-prove", "-report", report}, trials: func(int) string { return "" }}.show(ctx)
	var f struct {
		Trials   int   `json:"trials"`
		Presses  int   `json:"presses"`
		Renewals int   `json:"renewals"`
		Revoked  int64 `json:"revoked_ms"`
		Ring     int64 `json:"ring_ms"`
	}
	b, readErr := os.ReadFile(report)
	if readErr == nil {
		readErr = json.Unmarshal(b, &f)
	}
	trials = fmt.Sprintf("%d checks, %d presses, %d renewals", f.Trials, f.Presses, f.Renewals)
	worst = fmt.Sprintf("a revoked kiosk gone at both sites after %d ms, a ring after %d ms", f.Revoked, f.Ring)
	return trials, worst, errors.Join(err, readErr)
}

package demo

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Settings files are YAML, and JSON is YAML: the demo writes JSON.
type object = map[string]any

func write(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}

// secret is made at the first start and kept.
func secret(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	raw := make([]byte, 16)
	_, _ = rand.Read(raw)
	s := hex.EncodeToString(raw)
	return s, os.WriteFile(path, []byte(s), 0o600)
}

// settle writes the settings and the seed of a hub.
func (s *site) settle(host string, portMetrics int) error {
	if err := os.MkdirAll(s.folder, 0o755); err != nil {
		return err
	}
	seed := filepath.Join(s.folder, "seed.yaml")
	c := object{"unit": s.unit, "listen": join(host, s.port), "public_url": s.url(host), "data": s.folder,
		"metrics": join("127.0.0.1", portMetrics), "demo": true, "seed": seed,
		"media": object{"mode": "embedded", "node_ip": host}}
	if s.parent != nil {
		c["parent"] = object{"unit": s.parent.unit, "url": s.parent.url(host), "secret": s.secret}
	}
	children := []object{}
	for _, b := range s.below {
		children = append(children, object{"unit": b.unit, "secret": b.secret})
	}
	c["children"] = children
	if err := write(seed, s.seed()); err != nil {
		return err
	}
	return write(s.config(), c)
}

func (s *site) seed() object {
	persons, kiosks := []object{}, []object{}
	for _, p := range s.staff() {
		persons = append(persons, object{"id": s.unit.Code + "-" + p.Account, "account": p.Account, "password": Password,
			"name": p.Name, "post": p.Post, "role": p.Role, "unit": p.Unit})
	}
	for _, v := range villages {
		if townships[v.township] == s.unit {
			kiosks = append(kiosks, object{"id": v.kiosk(), "point": v.unit, "township": s.unit})
		}
	}
	return object{"people": persons, "kiosks": kiosks}
}

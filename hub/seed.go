package hub

import (
	"context"
	"fmt"
	"os"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"

	"huying/hub/auth"
	"huying/hub/directory"
	"huying/hub/refusal"
)

// seed is a file of people and points that a hub adds at its start, if they
// are not there yet. Passwords in a file are for the demo and for the first
// administrator; what is there already is left as it is.
type seed struct {
	People []seedPerson      `koanf:"people"`
	Kiosks []directory.Kiosk `koanf:"kiosks"`
}

type seedPerson struct {
	ID       string `koanf:"id"`
	Account  string `koanf:"account"`
	Password string `koanf:"password"`
	Name     string `koanf:"name"`
	Post     string `koanf:"post"`
	Role     string `koanf:"role"`
	Unit     string `koanf:"unit"`
}

func readSeed(path string) (seed, error) {
	var s seed
	b, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("人员和站点文件 %s 读不了: %w", path, err)
	}
	m, err := yaml.Parser().Unmarshal(b)
	if err != nil {
		return s, fmt.Errorf("人员和站点文件 %s 格式不对: %w", path, err)
	}
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{Result: &s, TagName: "koanf", ErrorUnused: true})
	if err != nil {
		return s, err
	}
	if err := d.Decode(m); err != nil {
		return s, fmt.Errorf("人员和站点文件 %s 有不认识的或写错的项: %w", path, err)
	}
	return s, nil
}

// plant adds what is not there yet.
func (s seed) plant(ctx context.Context, store directory.Store, hasher *auth.Hasher) error {
	for _, p := range s.People {
		if _, err := store.PersonByAccount(ctx, p.Account); err == nil {
			continue
		} else if refusal.Code(err) != refusal.UnknownPerson {
			return err
		}
		hash, err := hasher.Hash(ctx, p.Password)
		if err != nil {
			return fmt.Errorf("人员 %s: %w", p.Account, err)
		}
		person, err := directory.Person{ID: p.ID, Account: p.Account, Name: p.Name, Post: p.Post,
			Role: auth.Role(p.Role), Unit: p.Unit, PasswordHash: hash}.Normalize()
		if err != nil {
			return fmt.Errorf("人员 %s: %w", p.Account, err)
		}
		if err := store.PutPerson(ctx, person); err != nil {
			return err
		}
	}
	for _, k := range s.Kiosks {
		k, err := k.Normalize()
		if err != nil {
			return fmt.Errorf("站点 %s: %w", k.ID, err)
		}
		if err := store.AddKiosk(ctx, k); err != nil && refusal.Code(err) != refusal.KioskExists {
			return err
		}
	}
	return nil
}

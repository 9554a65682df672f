package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"huying/internal/site"
)

// What the store refuses, to be told apart by errors.Is.
var (
	// ErrNotLoaded says that Commit came before Load: nobody has made this
	// store the writer.
	ErrNotLoaded = errors.New("store: not loaded yet, nothing may be written")
	// ErrSuperseded says that another process has loaded the site since and is
	// the writer now. Repeating does not help: stop, or load anew.
	ErrSuperseded = fmt.Errorf("store: %w", site.ErrSuperseded)
	// ErrNotDurable says that the server may lose what it committed.
	ErrNotDurable = errors.New("store: the database does not keep what it commits")
	// ErrNewerSchema says that a newer program has changed the tables.
	ErrNewerSchema = errors.New("store: the tables are of a newer version of this program")
)

// codes that our own functions raise; class HY belongs to nobody else here.
const superseded = "HY001"

func sqlState(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// connectionLost reports whether an error came from the line or from a server
// that is starting or stopping, rather than from what was asked of it.
func connectionLost(err error) bool {
	state := sqlState(err)
	return state == "" || len(state) == 5 && (state[:2] == "08" || state[:3] == "57P")
}

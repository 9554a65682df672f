package postgres

import "fmt"

// Code names why the cluster cannot run. Codes are stable: programs and manuals may rely on them.
type Code string

// The reasons for which Start and Supervise refuse.
const (
	ConfigRefused     Code = "postgres_config_refused"     // a field of Config is missing or not allowed
	ProgramsMissing   Code = "postgres_programs_missing"   // no PostgreSQL server programs on this machine
	VersionMissing    Code = "postgres_version_missing"    // programs exist, but not of the version that wrote the data
	UserMissing       Code = "postgres_user_missing"       // the OS user to run as is unknown
	FolderUnreachable Code = "postgres_folder_unreachable" // the OS user to run as cannot enter a folder
	FolderOwner       Code = "postgres_folder_owner"       // the data belong to another OS user
	FolderInUse       Code = "postgres_folder_in_use"      // another hub holds the folder
	FolderFailed      Code = "postgres_folder_failed"      // the folder cannot be made, read or written
	NotACluster       Code = "postgres_not_a_cluster"      // pg/ exists but holds no readable PG_VERSION
	LeftoverAlive     Code = "postgres_leftover_alive"     // an earlier server on these data does not end
	InitFailed        Code = "postgres_init_failed"        // initdb failed
	StartFailed       Code = "postgres_start_failed"       // the server ended or refused before it was ready
	OnHold            Code = "postgres_on_hold"            // a person made the file "hold"
	NotDurable        Code = "postgres_not_durable"        // the server would acknowledge before the disk has it
)

// Error is a refusal: a stable code for programs, a Chinese sentence with the remedy for people, and the cause if
// there is one. Whatever the code, the data in pg/ were not changed by the refusal.
type Error struct {
	Code Code
	Text string
	Err  error
}

// Error returns the sentence, the code and the cause in one line (more only where PostgreSQL's log is quoted).
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s [%s]", e.Text, e.Code)
	}
	return fmt.Sprintf("%s [%s]: %v", e.Text, e.Code, e.Err)
}

// Unwrap returns the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.Err }

func refuse(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...), Err: cause}
}

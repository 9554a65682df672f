// Package refusal is the one form in which a hub says no: a stable code for
// programs and a Chinese sentence for people that names what is wrong and what
// to do. Packages of the hub return a *Refusal where a person can do something
// about it; every other error is an internal one, whole in the log and unnamed
// outside. The api turns codes into HTTP states in one place.
package refusal

import (
	"errors"
	"time"
)

// Refusal is a no with a reason. It is returned as a pointer.
type Refusal struct {
	// Code is stable and for programs: lower case, words joined by "_".
	Code string
	// Detail is one Chinese sentence for people, with the remedy.
	Detail string
	// Field names the part of the input at fault, as "body.account"; empty when
	// the refusal is about no field.
	Field string
	// After is how long to wait before another attempt can succeed; 0 when
	// waiting alone does not help.
	After time.Duration
}

// New makes a refusal about no particular field.
func New(code, detail string) *Refusal {
	return &Refusal{Code: code, Detail: detail}
}

// At makes a refusal about one field of the input.
func At(code, field, detail string) *Refusal {
	return &Refusal{Code: code, Field: field, Detail: detail}
}

// Wait makes a refusal that ends by itself after d.
func Wait(code, detail string, d time.Duration) *Refusal {
	return &Refusal{Code: code, Detail: detail, After: d}
}

// Error says the code and the sentence, for logs.
func (r *Refusal) Error() string {
	if r.Field != "" {
		return r.Code + " (" + r.Field + "): " + r.Detail
	}
	return r.Code + ": " + r.Detail
}

// Of finds the refusal inside an error; false means an internal error.
func Of(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// Code is the code of the refusal inside an error, or "" when there is none.
func Code(err error) string {
	if r, ok := Of(err); ok {
		return r.Code
	}
	return ""
}

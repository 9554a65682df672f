package main

import "os"

// longFlags gives the arguments with "-from" written as "--from": Go's own
// tools take one hyphen, kong takes two, and a replay command that somebody
// types from memory must work either way.
func longFlags() []string { return doubled(os.Args[1:]) }

func doubled(args []string) []string {
	out := make([]string, 0, len(args))
	for i, a := range args {
		if a == "--" {
			return append(out, args[i:]...)
		}
		if len(a) > 2 && a[0] == '-' && a[1] >= 'a' && a[1] <= 'z' {
			a = "-" + a
		}
		out = append(out, a)
	}
	return out
}

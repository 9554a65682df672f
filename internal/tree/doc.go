// Package tree holds no code, only the tests that keep the source tree in the
// shape that docs and newcomers rely on: who may import whom, which outside
// library lives where, that only commands read arguments and environment.
//
// The tests read the sources rather than ask "go list": so files for other
// systems count too, and go test knows when its cached answer is too old.
package tree

// Package terminal is the agent on a kiosk: the runtime around the pure
// internal/kiosk. One goroutine, the loop, owns the kiosk; keys, lines, the
// journal, the page and the clock bring it inputs, and it carries out the
// effects:
//
//	keys ----\                      /---> link (home)    PRESS at once
//	page -----> loop: kiosk.Step --+----> link (last)
//	links ---/        ^            |\---> panel          the present view
//	clock --/         |            v
//	                  +-------- writer -> journal        fdatasync beside it
//
// A press goes to the socket while the disk still works on it. Grants wait for
// the disk, but not for ever: after Patience, or when the disk failed for good,
// they go out all the same and a fault is raised, because a villager must be
// answered from a broken disk too.
package terminal

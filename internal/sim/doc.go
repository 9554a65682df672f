// Package sim lets whole counties live in virtual time from one seed: kiosks,
// township and county sites and people, links that lose, repeat, reorder,
// delay and cut, disks that are slow, and crashes of any process at any
// step. It runs packages call, kiosk and site themselves, not models of them,
// and checks the invariants of the design after every event.
//
// A world has a stormy part, in which everything goes wrong, and a calm part,
// in which links and processes are whole and people do their work: at its end
// every press must have ended at a person.
package sim

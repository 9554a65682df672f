// Package line runs a county of real programs on bad lines and finds out what
// became of every press: a township's hub and a county's, each with its own
// PostgreSQL, and several kiosks, each a process on a machine of its own as far
// as the network is concerned (package netspace). The lines between them are
// those of package cable; cuts are made by the kernel's packet filter.
//
//	kiosk 1 --\           /-- township's hub, desk of an operator
//	kiosk 2 ---- cables --+
//	   ...    /           \-- county's hub, desk of a supervisor
//
// Presses are made through a kiosk's own page, as a finger does there. A press
// has rung when a person's page at either site was told to ring. What was
// promised is then read where it must be true: in the journals of the kiosks
// and in both databases.
package line

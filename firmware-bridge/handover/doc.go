// Package handover keeps what a hand did to a key while the program is not
// there: it leaves the open descriptors of keys with whoever started the
// program, finds them again at the next start, and remembers beside them which
// presses nobody had made safe yet.
//
// The kernel keeps the events of a requested GPIO line and of an opened input
// device as long as somebody has them open. systemd's file descriptor store
// does, over a restart, a crash and a kill (sd_notify(3), FDSTORE=1). It does
// not over a reboot, and neither do the times of the events.
//
// A read takes an event away from the kernel, and a program may die between
// that and its journal. So a Desk is a piece of memory that is left with the
// descriptor: the kernel itself writes events into it when they are read, and
// they stay until every press among them was made safe. What is on it when a
// program begins is gone through again from the state that was true before it.
//
//	kernel's queue --read--> desk: events --key rules--> press --> journal
//	                           ^                                      |
//	                           +---- safe: need not come again <------+
//
// Without such a keeper nothing of this happens and nothing is lost but that.
package handover

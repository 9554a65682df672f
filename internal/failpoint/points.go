package failpoint

import "strings"

// Point is a moment in the life of a program.
type Point string

// The points of a hub. What is committed, sent or stored is in the middle word.
const (
	HubLoadBefore     Point = "hub.load.before"      // nobody is writer yet
	HubLoadAfter      Point = "hub.load.after"       // this process is the writer and has read its calls
	HubCommitBefore   Point = "hub.commit.before"    // folded, nothing sent to the database
	HubCommitSent     Point = "hub.commit.sent"      // on its way to the database; nobody knows its fate
	HubCommitAfter    Point = "hub.commit.after"     // on disk, nobody told
	HubSessionBefore  Point = "hub.session.before"   // somebody signs in
	HubSessionAfter   Point = "hub.session.after"    // the session is on disk
	HubKioskBefore    Point = "hub.kiosk.before"     // a kiosk is made known
	HubKioskAfter     Point = "hub.kiosk.after"      // the kiosk is on disk
	HubHelloBefore    Point = "hub.hello.before"     // a kiosk has dialled
	HubHelloAfter     Point = "hub.hello.after"      // it proved itself, the desk does not know
	HubRingBefore     Point = "hub.ring.before"      // a frame of a kiosk was read
	HubRingAfter      Point = "hub.ring.after"       // it rings, it may not be stored
	HubAckBefore      Point = "hub.ack.before"       // on disk, the acknowledgement is not queued
	HubAckAfter       Point = "hub.ack.after"        // the kernel has the acknowledgement
	HubSendBefore     Point = "hub.send.before"      // a frame for a kiosk is queued
	HubSendAfter      Point = "hub.send.after"       // the kernel has it
	HubPeerSendBefore Point = "hub.peer-send.before" // a frame for another site is queued
	HubPeerSendAfter  Point = "hub.peer-send.after"  // the kernel has it
	HubPageSendBefore Point = "hub.page-send.before" // a message for a page is made
	HubPageSendAfter  Point = "hub.page-send.after"  // the kernel has it
	HubRegisterBefore Point = "hub.register.before"  // kiosks are about to be made known above
	HubRegisterAfter  Point = "hub.register.after"   // the kernel has the first of them
)

// The points of a terminal.
const (
	TerminalBootBefore   Point = "terminal.boot.before"   // journal read, this start not recorded
	TerminalBootAfter    Point = "terminal.boot.after"    // this start is on disk, no line is up
	TerminalPressBefore  Point = "terminal.press.before"  // a key event came, nothing is known of it yet
	TerminalPressAfter   Point = "terminal.press.after"   // handed to journal and line
	TerminalAppendBefore Point = "terminal.append.before" // the writer took what waits
	TerminalAppendAfter  Point = "terminal.append.after"  // on disk, the loop does not know
	TerminalWriteBefore  Point = "terminal.write.before"  // encoded, not in the file
	TerminalSyncBefore   Point = "terminal.sync.before"   // in the file, not synced
	TerminalSyncAfter    Point = "terminal.sync.after"    // synced
	TerminalTurnBefore   Point = "terminal.turn.before"   // the other journal file is about to be made
	TerminalTurnFilled   Point = "terminal.turn.filled"   // it is whole and does not count
	TerminalTurnHeader   Point = "terminal.turn.header"   // its header is in the file, not synced
	TerminalTurnAfter    Point = "terminal.turn.after"    // it counts, the writer does not know
	TerminalStoredBefore Point = "terminal.stored.before" // what waited for the disk is about to be done
	TerminalFrameBefore  Point = "terminal.frame.before"  // a frame of a site was read
	TerminalSendBefore   Point = "terminal.send.before"   // a frame for a site is encoded
	TerminalSendAfter    Point = "terminal.send.after"    // the kernel has it
)

// All lists every point there is; a test holds the sources to it.
var All = []Point{
	HubLoadBefore, HubLoadAfter, HubCommitBefore, HubCommitSent, HubCommitAfter, HubSessionBefore, HubSessionAfter,
	HubKioskBefore, HubKioskAfter, HubHelloBefore, HubHelloAfter, HubRingBefore, HubRingAfter, HubAckBefore, HubAckAfter,
	HubSendBefore, HubSendAfter, HubPeerSendBefore, HubPeerSendAfter, HubPageSendBefore, HubPageSendAfter,
	HubRegisterBefore, HubRegisterAfter,
	TerminalBootBefore, TerminalBootAfter, TerminalPressBefore, TerminalPressAfter, TerminalAppendBefore,
	TerminalAppendAfter, TerminalWriteBefore, TerminalSyncBefore, TerminalSyncAfter, TerminalTurnBefore,
	TerminalTurnFilled, TerminalTurnHeader, TerminalTurnAfter, TerminalStoredBefore, TerminalFrameBefore,
	TerminalSendBefore, TerminalSendAfter,
}

// OfTerminal reports whether it is a terminal that dies there, and not a hub.
func (p Point) OfTerminal() bool { return strings.HasPrefix(string(p), "terminal.") }

// Flaw is a bug that can be seeded, to see the proof catch it.
type Flaw string

// The flaws.
const (
	AckEarly   Flaw = "ack-early"   // the hub acknowledges before it commits
	ForgetOpen Flaw = "forget-open" // a hub that starts forgets the calls that are open
	Amnesia    Flaw = "amnesia"     // a terminal that starts takes its journal for empty
)

// Package life is the proof of life of kiosks at a site, pure: who was heard
// when, what was last proven to work and by what, which tests are overdue,
// which faults stand, and which tickets people must see to.
//
// A Watch has no clock, no I/O and no goroutine; time enters as a parameter
// and must not run backwards. It only ever watches: nothing here can hold up,
// ring or refuse a call.
//
// # Alarms and tickets
//
// Every fault is one Ticket, from whatever source: said by the kiosk in
// HEALTH, heard by nobody (offline), counted (a ledger that differs), overdue
// tests, or raised by the hub itself. A red ticket is what people call an
// alarm. What befalls half of a township at once, silence or a power cut, is
// one ticket for the township that names its members.
//
// A ticket is open until a person takes it, records a stop-gap, and says that
// it is repaired; each step carries a name and a moment. Within two hours of
// opening a stop-gap must stand, else it goes up: to the duty leader, and an
// hour later to the county. When the fault ends, a ticket that nobody had to
// hear of twice closes by itself as restored; one that stood for two hours or
// longer stays listed until a person closed it. A fault that comes back within
// half an hour opens the same ticket again, with the same age, so that a fault
// that flaps neither makes thirty tickets nor escapes the two hours.
package life

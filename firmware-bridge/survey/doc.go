// Package survey lists the hardware of a machine that a kiosk's keys and lamps
// can be wired to, and watches all of it at once, so that whoever wires a
// kiosk can press a key and read what it is called. It is for people with a
// screwdriver: the running terminal reads its keys through gpioline, evdev and
// mcu.
//
// Listing opens nothing but GPIO chips: opening a serial port would reset many
// a board behind it. Watching asks the kernel only for lines that are inputs
// already and that nobody uses.
package survey

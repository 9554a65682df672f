// Package hardware makes of the settings of a kiosk the keys and lamps that
// are there: keys on GPIO lines, on microcontrollers and on input devices, in
// any combination; lamps and a buzzer on GPIO lines and on microcontrollers.
//
// Nothing that is absent, broken or in use keeps a kiosk from starting: it is a
// Fault of its keys or an error of its lamps until it is there. Only settings
// that can never work are an error.
package hardware

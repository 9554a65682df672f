// Package trust holds the proof that kiosks and hubs know each other: real
// programs of a county and a township with TLS on, from the first code to the
// revocation, and everything that goes wrong between. It has tests only;
// without -prove they are passed over, for hub has a small version of it.
package trust

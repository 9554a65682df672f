// Package manual holds the manuals, for people, and no code: its test reads
// the settings that they show, so that what somebody copies out of them works.
package manual

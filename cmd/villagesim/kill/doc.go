// Package kill proves that no press is lost, whatever dies: real hubs with
// their own PostgreSQL and real kiosks, under load, are killed at every named
// failpoint, and the databases killed, hung and filled. After each death it
// holds the county against the promises: each journaled press is in exactly
// one call at home, none is there twice, and each rings within Promise of
// being reachable.
//
// What the harness knows comes from outside: fingers are counted where the
// keys are pressed, rings where an operator's page is told of them, journals
// are read from copies of the dead kiosk's files, and calls from the database.
package kill

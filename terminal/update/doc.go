// Package update brings a kiosk to another release of its own program: never
// during a call, only to what the county's release key signed, and back again
// if the new program does not prove itself.
//
//	hub      UPDATE ---> Machine (pure): fetch? pause? install now?
//	hub      package --> Fetch: resumed, slow, stopped while a call is open
//	                     |
//	                     v  <data folder>/update/{package,request.json}
//	root     package install: checks all of it again, dpkg, restart, trial
//	                     ^  <data folder>/update/facts.json
//	                     |  the new program says how it fares; Judge decides
//	HEALTH   <---------- outcome.json, in a folder that only root can write
//
// The terminal may not write to the system and root believes nothing that the
// terminal says but how it fares: so a kiosk's program that was broken into
// cannot install anything either.
package update

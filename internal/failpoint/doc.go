// Package failpoint names the moments at which hub and terminal are made to
// die when it is proved that no press is lost: before and after each commit,
// send and sync.
//
// In an ordinary build At and Seeded are empty and the compiler leaves nothing
// of them; there is no way to switch anything on. A build with the tag
// failpoints has Follow, and only the commands' files with that tag call it:
//
//	go build -tags failpoints ./cmd/hub
//	HUYING_FAILPOINTS=/tmp/orders hub -c hub.yaml
//	echo "kill hub.commit.sent 3" > /tmp/orders   # dies there, the third time
//
// cmd/villagesim/kill has the proof.
package failpoint

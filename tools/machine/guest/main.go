// Command guest is what is not Debian's in the machine of a trial. As the
// first process it finds the disk and hands over to systemd; as a service it
// runs errands; on this side it is the wire to the hub.
package main

import (
	"fmt"
	"os"
)

func main() {
	var err error
	switch {
	case os.Getpid() == 1:
		err = begin()
	case len(os.Args) == 2 && os.Args[1] == "serve":
		err = serve()
	case len(os.Args) == 3 && os.Args[1] == "wire":
		err = wire(os.Args[2])
	default:
		err = fmt.Errorf("usage: guest serve | guest wire HOST:PORT")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
		os.Exit(1) // the end of the first process is the kernel's panic
	}
}

package memory_test

import (
	"testing"

	"huying/hub/directory"
	"huying/hub/directory/directorytest"
	"huying/hub/directory/memory"
)

func TestStore(t *testing.T) {
	directorytest.Run(t, func(*testing.T) directory.Store { return memory.New() })
}

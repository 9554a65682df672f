package server

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
)

func TestPortRefusesWhatAlreadyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := l.Addr().(*net.TCPAddr).Port
	if _, err := Port(taken); !errors.Is(err, ErrTaken) {
		t.Errorf("a taken port was accepted: %v", err)
	}
	l.Close()
	if got, err := Port(taken); err != nil || got != taken {
		t.Errorf("a free port was refused: %d %v", got, err)
	}
	if got, err := Port(0); err != nil || got == 0 {
		t.Errorf("no free port: %d %v", got, err)
	}
}

func TestFolderRefusesMemory(t *testing.T) {
	if _, err := os.Stat("/dev/shm"); err != nil {
		t.Skip("no /dev/shm here")
	}
	if dir, err := Folder("/dev/shm"); err == nil || !strings.Contains(err.Error(), "tmpfs") {
		os.RemoveAll(dir)
		t.Errorf("a tmpfs was accepted: %v", err)
	}
}

func TestStartSaysWhyAProgramEnded(t *testing.T) {
	port, err := Port(0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), port, "/bin/sh", "-c", "echo no room; exit 3")
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v", err)
	}
}

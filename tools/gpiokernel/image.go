package gpiokernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// payload finds the compressed kernel in a bzImage, whose header is described
// in Documentation/x86/boot.rst of the kernel.
func payload(image []byte) ([]byte, error) {
	const (
		sector       = 512
		setupSectors = 0x1f1 // after the boot sector; 0 means 4
		magic        = 0x202
		offset       = 0x248 // of the payload, from the end of the set-up code
		length       = 0x24c
	)
	if len(image) < length+4 || !bytes.Equal(image[magic:magic+4], []byte("HdrS")) {
		return nil, errors.New("gpiokernel: this is no bzImage")
	}
	setup := int(image[setupSectors])
	if setup == 0 {
		setup = 4
	}
	from := (setup+1)*sector + int(binary.LittleEndian.Uint32(image[offset:]))
	to := from + int(binary.LittleEndian.Uint32(image[length:]))
	if from > to || to > len(image) {
		return nil, errors.New("gpiokernel: the kernel's image is cut off")
	}
	if !bytes.HasPrefix(image[from:to], []byte("\xfd7zXZ\x00")) {
		return nil, fmt.Errorf("gpiokernel: the kernel is not packed by xz but begins with % x", image[from:min(to, from+6)])
	}
	return image[from:to], nil
}

// entry is a file of an initramfs.
type entry struct {
	name         string
	mode         uint32 // type and permissions as stat has them
	major, minor uint32 // of a device
	data         []byte
}

// Types of files in mode, of stat(2).
const (
	regular   = 0o100000
	character = 0o020000
)

// File is a program or a module of an initramfs, at its top.
type File struct {
	Name string
	Data []byte
}

// Initramfs packs files so that a kernel can begin with them: /init is the
// first process, and /dev has a console for it.
func Initramfs(files []File) []byte {
	entries := []entry{
		{name: "dev", mode: 0o040755},
		{name: "dev/console", mode: character | 0o600, major: 5, minor: 1},
	}
	for _, f := range files {
		entries = append(entries, entry{name: f.Name, mode: regular | 0o755, data: f.Data})
	}
	return archive(entries)
}

// archive lays entries out as an initramfs: cpio in the "newc" format of
// Documentation/driver-api/early-userspace/buffer-format.rst of the kernel.
func archive(entries []entry) []byte {
	var out bytes.Buffer
	pad := func() { out.Write(make([]byte, -out.Len()&3)) }
	for i, e := range append(entries, entry{name: "TRAILER!!!"}) {
		out.WriteString("070701")
		for _, field := range []uint32{
			uint32(i + 1), e.mode, 0, 0, 1, 0, uint32(len(e.data)),
			0, 0, e.major, e.minor, uint32(len(e.name) + 1), 0,
		} {
			fmt.Fprintf(&out, "%08X", field)
		}
		out.WriteString(e.name + "\x00")
		pad()
		out.Write(e.data)
		pad()
	}
	return out.Bytes()
}

// Package packages proves huying-terminal's Debian package on a clean Debian:
// a root made by debootstrap, a real systemd as its first process in a
// container, a real hub on this machine that enrols it. It has tests only.
//
// The clean root is kept in var/package-root, so that only the first run needs
// Debian's archive.
package packages

#!/bin/sh
# Brings a Debian 12 machine that has Go and Node to where Huying can run
# (setup.sh run) or be tested (setup.sh test). It may be called again and
# again: what is there is left alone, and then it takes well under a second.
set -eu

mode=${1:-run}
case $mode in
run | test) ;;
*)
	echo "usage: deploy/setup.sh run|test" >&2
	exit 2
	;;
esac
cd "$(dirname "$0")/.."

fail() {
	echo "setup: $*" >&2
	exit 1
}

# at_least WANT HAVE: is version HAVE new enough?
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

check_tools() {
	command -v go >/dev/null || fail "Go 1.26 or later is needed; put its bin folder into PATH"
	have=$(go env GOVERSION | sed 's/^go//; s/ .*//')
	at_least 1.26 "$have" || fail "Go 1.26 or later is needed, this is $have"
	command -v node >/dev/null && command -v npm >/dev/null || fail "Node 20.19 or later with npm is needed"
	have=$(node --version | sed 's/^v//')
	at_least 20.19 "$have" || fail "Node 20.19 or later is needed, this is $have"
}

# any FILE...: does one of these files exist? (A pattern that matches nothing stays as it is and does not exist.)
any() {
	for file in "$@"; do
		[ -e "$file" ] && return 0
	done
	return 1
}

# The programs are looked for, not the packages: a package can be called
# installed although its files are gone.
missing_packages() {
	any /usr/lib/postgresql/*/bin/postgres /usr/local/pgsql*/bin/postgres || echo postgresql-15 postgresql-client-15
	any /etc/ssl/certs/ca-certificates.crt || echo ca-certificates
	[ "$mode" = test ] || return 0
	any /usr/bin/chromium || echo chromium
	any /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc /usr/share/fonts/truetype/wqy/wqy-zenhei.ttc ||
		echo fonts-wqy-zenhei
	any /usr/sbin/mosquitto || echo mosquitto
	any /usr/bin/espeak-ng || echo espeak-ng
	any /usr/bin/aplay || echo alsa-utils
	any /usr/sbin/nft || echo nftables
	any /usr/bin/gcc || echo gcc
	any /usr/include/stdio.h || echo libc6-dev
	any /usr/bin/make || echo make
	any /usr/bin/avr-gcc || echo gcc-avr
	any /usr/lib/avr/include/avr/io.h || echo avr-libc
	any /usr/include/simavr/sim_avr.h || echo libsimavr-dev
	any /usr/include/libelf.h || echo libelf-dev
	any /usr/bin/qemu-system-x86_64 || echo qemu-system-x86
	any /usr/src/linux-headers-6.1.0-*-amd64/Makefile || echo linux-headers-amd64
	any /usr/bin/xz || echo xz-utils
	any /sbin/depmod || echo kmod
	any /sbin/mkfs.ext4 || echo e2fsprogs
	any /usr/sbin/debootstrap || echo debootstrap
	any /usr/bin/systemd-nspawn || echo systemd-container
	any /usr/bin/readelf || echo binutils
	any /lib/*/security/pam_systemd.so || echo libpam-systemd
	any /usr/bin/cage || echo cage
	any /usr/bin/Xwayland || echo xwayland
	any /usr/bin/sway || echo sway
	any /usr/bin/grim || echo grim
}

# as_root runs a command as root, or says which command somebody has to run.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		fail "root is needed; run this as root: $*"
	fi
}

# The hub runs a cluster of its own: Debian must not start another one.
no_stray_cluster() {
	conf=/etc/postgresql-common/createcluster.conf
	if ! grep -qs '^ *create_main_cluster *= *false' "$conf"; then
		as_root sh -c "mkdir -p ${conf%/*} && echo 'create_main_cluster = false' >> $conf"
	fi
}

# One daemon of Debian's must not be started either: the bench runs its own.
install_packages() {
	command -v apt-get >/dev/null || fail "missing: $*; this is not Debian, please install them by hand"
	case " $* " in
	*" postgresql-15 "*) no_stray_cluster ;;
	esac
	stray=no
	[ ! -e /usr/sbin/mosquitto ] && stray=yes
	echo "setup: installing $*"
	as_root apt-get update -q
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends --reinstall "$@"
	if [ $stray = yes ] && [ -d /run/systemd/system ] && [ -e /usr/sbin/mosquitto ]; then
		as_root systemctl disable --now mosquitto
	fi
}

# npm ci takes half a minute: only when the lock file is another one.
install_modules() {
	stamp=web/node_modules/.huying-lock
	if ! cmp -s web/package-lock.json "$stamp"; then
		echo "setup: npm ci in web"
		(cd web && npm ci --no-audit --no-fund)
		cp web/package-lock.json "$stamp"
	fi
}

check_tools
packages=$(missing_packages)
if [ -n "$packages" ]; then
	# shellcheck disable=SC2086 # one argument for each package
	install_packages $packages
	packages=$(missing_packages)
	[ -z "$packages" ] || fail "still missing after the installation:" $packages
fi
install_modules

package postgres

import (
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is an OS user. drop is set when the hub has to become it to run PostgreSQL, i.e. when the hub is root.
type account struct {
	name     string
	uid, gid int
	drop     bool
}

func lookup(u *user.User, err error) (account, error) {
	if err != nil {
		return account{}, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, err
	}
	gid, err := strconv.Atoi(u.Gid)
	return account{name: u.Username, uid: uid, gid: gid}, err
}

// hubAccount is who this process is. PostgreSQL knows its peers by name, so a uid without a name cannot connect.
func hubAccount() (account, error) {
	a, err := lookup(user.LookupId(strconv.Itoa(os.Geteuid())))
	if err != nil {
		return a, refuse(UserMissing, err, "运行本程序的系统用户(uid %d)没有登记名字,数据库无法识别它;请在 /etc/passwd 里登记", os.Geteuid())
	}
	return a, nil
}

// serverAccount is who PostgreSQL runs as: the hub's own user; for root the owner of the data, or the user postgres
// when there are no data yet or root owns them (a restored backup).
func serverAccount(hub account, data string) (account, error) {
	info, err := os.Stat(data)
	exists := err == nil
	if hub.uid != 0 {
		if exists && ownerOf(info) != hub.uid {
			return hub, refuse(FolderOwner, nil, "数据文件夹 %s 属于系统用户 %s,当前用户是 %s;请用同一个用户(或 root)启动",
				data, nameOf(ownerOf(info)), hub.name)
		}
		return hub, nil
	}
	if exists && ownerOf(info) != 0 {
		a, err := lookup(user.LookupId(strconv.Itoa(ownerOf(info))))
		if err != nil {
			return a, refuse(UserMissing, err, "数据文件夹 %s 的所有者(uid %d)在本机没有登记;请用 chown -R postgres 把它交给 postgres",
				data, ownerOf(info))
		}
		a.drop = true
		return a, nil
	}
	a, err := lookup(user.Lookup("postgres"))
	if err != nil {
		return a, refuse(UserMissing, err, "以 root 启动时数据库由系统用户 postgres 运行,本机没有这个用户;请执行 apt-get install postgresql-%d", minMajor)
	}
	a.drop = true
	return a, nil
}

func (a account) attributes(death syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: death}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// give makes the account owner of path and everything below it; links are not followed.
func (a account) give(path string) error {
	if !a.drop {
		return nil
	}
	return filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(p, a.uid, a.gid)
	})
}

// blocked returns the first folder on the way to path that the account may not enter, going by the mode bits; empty
// if they allow it. It only explains a refusal by the kernel, which knows access lists as well.
func (a account) blocked(path string) string {
	parts := strings.Split(filepath.Clean(path), "/")
	for i := range parts {
		dir := "/" + filepath.Join(parts[:i+1]...)
		info, err := os.Stat(dir)
		if err != nil || !info.IsDir() {
			return ""
		}
		bit := fs.FileMode(0o001)
		if st := info.Sys().(*syscall.Stat_t); int(st.Uid) == a.uid {
			bit = 0o100
		} else if int(st.Gid) == a.gid {
			bit = 0o010
		}
		if info.Mode()&bit == 0 {
			return dir
		}
	}
	return ""
}

func ownerOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

func nameOf(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "uid " + strconv.Itoa(uid)
}

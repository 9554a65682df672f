package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"huying/internal/enrolment"
	"huying/terminal"
	"huying/terminal/identity"
)

type enrolCommand struct {
	Hub  string `placeholder:"URL" help:"站点地址，如 https://hub.example"`
	Code string `placeholder:"CODE" help:"管理员给的一次性登记码；https 站点要全部 12 位，其中后 4 位用来核对站点身份"`
	QR   string `name:"qr" placeholder:"TEXT" help:"二维码里的文字（huying://enrol?…），代替 --hub 和 --code"`
}

// invitation is what was typed or scanned.
func (e enrolCommand) invitation() (enrolment.Invitation, error) {
	if e.QR == "" {
		if e.Hub == "" || e.Code == "" {
			return enrolment.Invitation{}, errors.New("请用 --hub 和 --code 给出站点地址和登记码，或用 --qr 给出二维码里的文字")
		}
		c, ok := enrolment.ParseCode(e.Code)
		if !ok {
			return enrolment.Invitation{}, errors.New("登记码是 8 位或 12 位数字和字母，请对照登记单重新输入")
		}
		return enrolment.Invitation{Hub: e.Hub, Code: c}, nil
	}
	i, err := enrolment.ParseInvitation(e.QR)
	if err != nil {
		return i, errors.New("这不是登记用的二维码：文字应以 huying://enrol? 开头，请完整复制")
	}
	return i, nil
}

// Run enrols the terminal.
func (e enrolCommand) Run(ctx context.Context, c *commands) error {
	i, err := e.invitation()
	if err != nil {
		return err
	}
	dir, err := terminal.DataDir(c.file(), os.Environ())
	if err != nil {
		return err
	}
	if err := actAsOwner(dir); err != nil {
		return err
	}
	got, err := identity.Accept(ctx, dir, i)
	if err != nil {
		return err
	}
	fmt.Printf("已登记：终端 %s，%s%s，站点 %s（%s）\n", got.Kiosk, got.Township.Name, got.Point.Name, got.Site.Name, got.URL)
	if got.Last.Code != "" {
		fmt.Printf("上级站点：%s（%s）\n", got.Last.Name, got.Last.URL)
	}
	if got.Root != "" {
		fmt.Printf("站点的根证书：%s\n", got.HomeRoot(dir))
	}
	return nil
}

// actAsOwner makes this program the user to whom the data folder belongs: an
// electrician enrols as root, and the service must be able to read the key. A
// folder that is not there yet systemd gives to the service at its start.
func actAsOwner(dir string) error {
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) || os.Geteuid() != 0 {
		return nil
	}
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	gid, uid := int(owner.Gid), int(owner.Uid)
	if err := errors.Join(syscall.Setgroups([]int{gid}), syscall.Setgid(gid), syscall.Setuid(uid)); err != nil {
		return fmt.Errorf("不能以 %s 的所有者身份运行：%w", dir, err)
	}
	return nil
}

package main

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"huying/internal/release"
	"huying/terminal"
	"huying/terminal/update/install"
)

// releaseCommand is for who publishes releases, on a computer that is no server
// and no kiosk; show is for everybody.
type releaseCommand struct {
	Keygen keygenCommand `cmd:"" help:"生成发布密钥：私钥留在管理人手里，公钥装到每台终端"`
	Sign   signCommand   `cmd:"" help:"用发布私钥给安装包签发，在它旁边写 .release 文件"`
	Show   showCommand   `cmd:"" help:"显示一份 .release 文件，并核对签名和安装包"`
}

type keygenCommand struct {
	Folder string `arg:"" optional:"" type:"path" default:"." help:"放 release.key（私钥）和 release.pub（公钥）的文件夹"`
}

// Run makes a pair of keys; one that is there is never replaced.
func (k keygenCommand) Run() error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	secret, err := release.EncodePrivate(private)
	if err != nil {
		return err
	}
	open, err := release.EncodePublic(public)
	if err != nil {
		return err
	}
	at, beside := filepath.Join(k.Folder, "release.key"), filepath.Join(k.Folder, "release.pub")
	if err := create(at, secret, 0o600); err != nil {
		return err
	}
	if err := create(beside, open, 0o644); err != nil {
		return errors.Join(err, os.Remove(at))
	}
	fmt.Printf("私钥：%s（只有你能读。存在不联网的介质上，另备一份；丢了就要到每台终端换公钥）\n公钥：%s（复制到每台终端的 /etc/huying/release.pub）\n", at, beside)
	return nil
}

// create writes a file that must not be there yet.
func create(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s 已经有了，没有动它：换密钥要先想好，再自己把它移走", path)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

type signCommand struct {
	Key      string   `required:"" type:"existingfile" placeholder:"FILE" help:"发布私钥 release.key"`
	Packages []string `arg:"" type:"existingfile" name:"package" help:"安装包（.deb）"`
}

// Run signs packages; each must be what it is to be taken for.
func (s signCommand) Run() error {
	text, err := os.ReadFile(s.Key)
	if err != nil {
		return err
	}
	if info, err := os.Stat(s.Key); err != nil || info.Mode().Perm()&0o077 != 0 {
		return errors.Join(fmt.Errorf("私钥 %s 别人也能读：请先 chmod 600", s.Key), err)
	}
	key, err := release.ParsePrivate(text)
	if err != nil {
		return fmt.Errorf("%s 不是发布私钥：%w", s.Key, err)
	}
	for _, path := range s.Packages {
		m, err := sign(key, path)
		if err != nil {
			return fmt.Errorf("%s：%w", path, err)
		}
		fmt.Printf("%s.release：%s %s，%d 字节\n", path, m.Version, m.Arch, m.Size)
	}
	return nil
}

func sign(key ed25519.PrivateKey, path string) (m release.Manifest, err error) {
	fields, err := install.ReadFields(path)
	if err != nil {
		return m, err
	}
	if fields.Package != install.Name {
		return m, fmt.Errorf("这是 %s 的安装包，不是 %s 的", fields.Package, install.Name)
	}
	f, err := os.Open(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	if m, err = release.Sign(key, fields.Version, fields.Arch, f); err != nil {
		return m, err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return m, err
	}
	return m, save(path+".release", append(data, '\n'))
}

type showCommand struct {
	Manifest string `arg:"" type:"existingfile" help:".release 文件；旁边有安装包时一并核对"`
	Key      string `type:"path" default:"/etc/huying/release.pub" placeholder:"FILE" help:"发布公钥，默认 ${default}"`
}

// Run shows a manifest and fails if it is not what it says.
func (s showCommand) Run() error {
	f, err := os.Open(s.Manifest)
	if err != nil {
		return err
	}
	defer f.Close()
	m, err := release.Parse(f)
	if err != nil {
		return err
	}
	fmt.Printf("版本：%s\n架构：%s\n大小：%d 字节\nSHA-256：%s\n", m.Version, m.Arch, m.Size, m.SHA256)
	text, err := os.ReadFile(s.Key)
	if err != nil {
		return fmt.Errorf("没有公钥，签名没有核对：%w", err)
	}
	key, err := release.ParsePublic(text)
	if err != nil {
		return err
	}
	if err := m.Verify(key); err != nil {
		return fmt.Errorf("签名不对：%w", err)
	}
	fmt.Println("签名：对")
	deb, err := os.Open(s.Manifest[:len(s.Manifest)-len(filepath.Ext(s.Manifest))])
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer deb.Close()
	if err := m.Matches(deb); err != nil {
		return fmt.Errorf("旁边的安装包不是这一个：%w", err)
	}
	fmt.Println("安装包：对")
	return nil
}

// installCommand is root's part of an update; systemd starts it.
type installCommand struct {
	Key      string        `type:"path" default:"/etc/huying/release.pub" help:"发布公钥"`
	Kiosk    string        `type:"path" default:"/var/lib/huying-terminal" help:"终端的数据文件夹"`
	Own      string        `type:"path" default:"/var/lib/huying-update" help:"只有 root 能写的文件夹"`
	Patience time.Duration `default:"5m" env:"HUYING_UPDATE_PATIENCE" help:"新程序最多用多久证明自己"`
}

// Run installs what the terminal asks for and watches over it.
func (i installCommand) Run(ctx context.Context, c *commands) error {
	if os.Geteuid() != 0 {
		return errors.New("只有 root 能安装")
	}
	return install.Run(ctx, install.Config{Key: i.Key, Kiosk: i.Kiosk, Own: i.Own, Patience: i.Patience, Log: slog.Default(),
		State: func(ctx context.Context) (string, error) { return stateOf(ctx, c.page()) }})
}

// checkCommand reads the settings only; an update asks the new program for it
// before it takes the old one's place.
type checkCommand struct{}

// Run says what is wrong with the settings.
func (checkCommand) Run(c *commands) error {
	cfg, err := terminal.Load(c.file(), os.Environ())
	if err == nil {
		err = cfg.Validate()
	}
	if err == nil {
		fmt.Println("设置可以用。")
	}
	return err
}

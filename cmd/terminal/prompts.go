package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"huying/terminal"
	"huying/terminal/prompt"
)

// promptsCommand is for who records a county's own voice.
type promptsCommand struct {
	List   promptsList   `cmd:"" help:"列出全部提示语：代码、说什么、什么时候说、最长几秒"`
	Render promptsRender `cmd:"" help:"用机器嗓音生成代用音（要有 espeak-ng）"`
	Check  promptsCheck  `cmd:"" help:"检查每个声音文件：缺的、太长的、太轻的、太响的"`
}

// folderFlag is where the county's own recordings lie.
type folderFlag struct {
	Folder string `type:"path" placeholder:"DIR" help:"放录音的文件夹，默认是配置里的 prompts 或数据文件夹下的 prompts"`
}

// of gives the folder, from the settings if none was named.
func (f folderFlag) of(c *commands) (string, error) {
	if f.Folder != "" {
		return f.Folder, nil
	}
	dir, err := terminal.DataDir(c.file(), os.Environ())
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "prompts"), nil
}

type promptsList struct {
	folderFlag
	Plain bool `help:"只要代码和文字，用制表符分开，供程序读"`
}

// Run lists the catalogue.
func (l promptsList) Run(c *commands) error {
	if l.Plain {
		for _, p := range prompt.All() {
			fmt.Printf("%s\t%s\n", p.Code, p.Text)
		}
		return nil
	}
	folder, err := l.of(c)
	if err != nil {
		return err
	}
	lib := prompt.NewLibrary(folder)
	out := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "代码\t声音\t最长\t说什么\t什么时候说")
	for _, p := range prompt.All() {
		fmt.Fprintf(out, "%s\t%s\t%.0f 秒\t%s\t%s\n", p.Code, sort(lib, p.Code), p.Seconds, p.Text, p.When)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Printf("\n本地录音放在 %s，文件名是“代码.wav”或“代码.ogg”（Ogg Opus），放进去就生效。\n"+
		"某个人自己报名字的录音叫“%s人员编号.wav”，说“我是某某，请讲话”。\n"+
		"可以用当地话说，意思一样就行；录完运行“terminal prompts check”。\n", folder, prompt.PersonPrefix)
	return nil
}

func sort(lib *prompt.Library, code prompt.Code) string {
	switch f, err := lib.Open(code); {
	case err != nil:
		return "没有"
	case f.Own:
		return "本地"
	}
	return "代用"
}

type promptsRender struct {
	folderFlag
	Codes []string `arg:"" optional:"" name:"code" help:"要生成的代码；不写就生成全部还没有本地录音的"`
	Force bool     `help:"已有的文件也重新生成"`
}

// Run renders stopgaps as WAV files. Recordings that are there are kept.
func (r promptsRender) Run(ctx context.Context, c *commands) error {
	folder, err := r.of(c)
	if err != nil {
		return err
	}
	chosen := prompt.All()
	if len(r.Codes) > 0 {
		chosen = nil
	}
	for _, code := range r.Codes {
		p, ok := prompt.Find(prompt.Code(code))
		if !ok {
			return fmt.Errorf("没有叫 %s 的提示语：运行“terminal prompts list”可以看到全部代码", code)
		}
		chosen = append(chosen, p)
	}
	made, kept := 0, 0
	for _, p := range chosen {
		path := filepath.Join(folder, filepath.FromSlash(string(p.Code))+".wav")
		if there(strings.TrimSuffix(path, ".wav")) && !r.Force {
			kept++
			continue
		}
		wav, err := prompt.Render(ctx, p)
		if err != nil {
			return err
		}
		if err := save(path, wav); err != nil {
			return err
		}
		made++
	}
	fmt.Printf("生成了 %d 个代用音，放在 %s", made, folder)
	if kept > 0 {
		fmt.Printf("；已有的 %d 个没有动（要重新生成请加 --force）", kept)
	}
	fmt.Println("。")
	return nil
}

// there tells whether a prompt has a file of any kind.
func there(path string) bool {
	for _, ending := range []string{".wav", ".ogg", ".opus"} {
		if _, err := os.Stat(path + ending); err == nil {
			return true
		}
	}
	return false
}

// save writes a file so that it is whole or not there.
func save(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("文件夹建不了，请检查权限：%w", err)
	}
	if err := os.WriteFile(path+".new", data, 0o644); err != nil {
		return fmt.Errorf("文件写不了，请检查权限和空间：%w", err)
	}
	return os.Rename(path+".new", path)
}

type promptsCheck struct{ folderFlag }

// Run names each file that is not fit; it fails if there is any.
func (k promptsCheck) Run(c *commands) error {
	folder, err := k.of(c)
	if err != nil {
		return err
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) && k.Folder == "" {
		fmt.Printf("没有本地录音（%s），用的都是内置的代用音。\n", folder)
		folder = ""
	}
	found := prompt.NewLibrary(folder).Check()
	for _, f := range found {
		fmt.Printf("%s：%s。%s。\n", f.Path, f.What, f.Remedy)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d 处要改", len(found))
	}
	fmt.Printf("%d 句提示语都合格：长度、响度（%.0f±%.0f LUFS）、最响处（不超过 %.0f dB）。\n",
		len(prompt.All()), prompt.Target, prompt.Tolerance, prompt.MaxPeak)
	return nil
}

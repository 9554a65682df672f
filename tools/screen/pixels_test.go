package screen

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The page's colours, from web/apps/kiosk/kiosk.css.
var (
	head  = color.RGBA{0xec, 0xe5, 0xd2, 0xff}
	paper = color.RGBA{0xff, 0xfd, 0xf6, 0xff}
	ink   = color.RGBA{0x15, 0x12, 0x0a, 0xff}
	red   = color.RGBA{0xb0, 0x0d, 0x1e, 0xff}
	green = color.RGBA{0x0a, 0x5c, 0x32, 0xff}
	wait  = color.RGBA{0xff, 0xf1, 0xcf, 0xff} // a press is on its way
	alarm = color.RGBA{0xff, 0xe1, 0x4a, 0xff} // telephone numbers
)

// picture is what stands on the glass.
type picture struct {
	w, h int
	px   []color.RGBA
}

// look reads the monitor, with whatever pointer is on it.
func (w *wall) look() (*picture, error) {
	data, err := w.run(w.environment("WAYLAND_DISPLAY="+glass), "grim", "-c", "-l", "1", "-")
	if err != nil {
		return nil, err
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return turned(img), nil
}

func straight(img image.Image) *picture {
	b := img.Bounds()
	p := &picture{b.Dx(), b.Dy(), make([]color.RGBA, b.Dx()*b.Dy())}
	for i := range p.px {
		p.px[i] = color.RGBAModel.Convert(img.At(b.Min.X+i%p.w, b.Min.Y+i/p.w)).(color.RGBA)
	}
	return p
}

// turned undoes cage's turn by 180 degrees.
func turned(img image.Image) *picture {
	p := straight(img)
	slices.Reverse(p.px)
	return p
}

func (p *picture) at(x, y int) color.RGBA { return p.px[y*p.w+x] }

// keep saves a picture for people, in var/screen.
func (w *wall) keep(p *picture, name string) {
	img := image.NewRGBA(image.Rect(0, 0, p.w, p.h))
	for i, c := range p.px {
		img.SetRGBA(i%p.w, i/p.w, c)
	}
	dir := filepath.Join(tree(w.t), "var", "screen")
	must(w.t, os.MkdirAll(dir, 0o755))
	f, err := os.Create(filepath.Join(dir, strings.ReplaceAll(name, "/", "_")+".png"))
	must(w.t, err)
	defer f.Close()
	must(w.t, png.Encode(f, img))
}

// sees waits until the glass shows something, and keeps the last picture if it
// never does.
func (w *wall) sees(what string, good func(*picture) error) *picture {
	w.t.Helper()
	w.until(what, func() error {
		p, err := w.look()
		if err != nil {
			return err
		}
		w.last = p
		return good(p)
	})
	return w.last
}

// share is how much of a part of the glass has a colour, in percent; the part
// is given in hundredths of its width and height.
func (p *picture) share(c color.RGBA, x0, y0, x1, y1 int) float64 {
	n, all := 0, 0
	for y := p.h * y0 / 100; y < p.h*y1/100; y++ {
		for x := p.w * x0 / 100; x < p.w*x1/100; x++ {
			all++
			if p.at(x, y) == c {
				n++
			}
		}
	}
	return 100 * float64(n) / float64(all)
}

// fills checks that the page reaches every edge of the glass: the head's
// colour above, paper at the other sides. A scroll bar, a desktop, a window's
// frame or a bar at an edge would not.
func (p *picture) fills() error {
	for x := range p.w {
		if p.at(x, 0) != head || p.at(x, p.h-1) != paper {
			return fmt.Errorf("at column %d the edges are %v and %v", x, p.at(x, 0), p.at(x, p.h-1))
		}
	}
	for y := p.h / 6; y < p.h; y++ {
		if p.at(0, y) != paper || p.at(p.w-1, y) != paper {
			return fmt.Errorf("at row %d the edges are %v and %v", y, p.at(0, y), p.at(p.w-1, y))
		}
	}
	return nil
}

// idle checks the page's picture at rest: red at the left, green at the right,
// and neither at the other's place; paper up to the edges.
func (w *wall) idle(p *picture) error {
	if p.w != w.width || p.h != w.height {
		return fmt.Errorf("the picture has %dx%d pixels", p.w, p.h)
	}
	if err := p.fills(); err != nil {
		return err
	}
	for _, c := range []struct {
		what        string
		c           color.RGBA
		x0, x1      int
		least, most float64
	}{
		{"red at the left", red, 0, 33, 8, 60}, {"green at the left", green, 0, 33, 0, 0},
		{"green at the right", green, 67, 100, 8, 60}, {"red at the right", red, 67, 100, 0, 0},
		{"paper in the middle", paper, 34, 66, 40, 100},
	} {
		if s := p.share(c.c, c.x0, 12, c.x1, 100); s < c.least || s > c.most {
			return fmt.Errorf("%.1f %% %s", s, c.what)
		}
	}
	if s := p.share(ink, 0, 0, 40, 11); s < 1 {
		return fmt.Errorf("%.1f %% ink in the head, where the village's name is", s)
	}
	return nil
}

// colour checks that much of the middle has a colour.
func colour(c color.RGBA, percent float64) func(*picture) error {
	return func(p *picture) error {
		if s := p.share(c, 20, 12, 80, 98); s < percent {
			return fmt.Errorf("%.1f %% of the middle has that colour", s)
		}
		return nil
	}
}

// still is the part of the idle page in which nothing moves.
func still(p *picture, x, y int) bool { return y < p.h*11/100 || x < p.w*32/100 || x >= p.w*68/100 }

// blend is by how much of 255 a colour may differ when Chromium draws the same
// edge once more: it does not always round alike.
const blend = 48

// same checks that nothing is different in the part that does not move: no
// bubble, no dialog, no pointer.
func (p *picture) same(q *picture) error {
	if p.w != q.w || p.h != q.h {
		return fmt.Errorf("%dx%d instead of %dx%d", q.w, q.h, p.w, p.h)
	}
	var where image.Rectangle
	other := 0
	for y := range p.h {
		for x := range p.w {
			if still(p, x, y) && apart(p.at(x, y), q.at(x, y)) > blend {
				other++
				where = where.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if other > 0 {
		return fmt.Errorf("%d pixels are different, in %v", other, where)
	}
	return nil
}

func apart(a, b color.RGBA) (most int) {
	for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
		most = max(most, d, -d)
	}
	return most
}

// glyphs checks the names in the head, 牛田镇 流坑村: six signs, each as wide as
// high, the first three of them different. Where there is no Chinese font there
// are narrow boxes, all of them the same.
func (p *picture) glyphs() error {
	k := min(float64(p.w)/1024, float64(p.h)/600) // kiosk.css's unit; the text is 48 of it wide a sign, from 68 on
	dark := func(c color.RGBA) bool { return int(c.R)+int(c.G)+int(c.B) < 3*0x80 }
	last := 0
	for x := range p.w / 2 {
		for y := range int(60 * k) {
			if dark(p.at(x, y)) {
				last = x
			}
		}
	}
	if last < int(340*k) {
		return fmt.Errorf("the names end at column %d, six Chinese signs would not before %d", last, int(340*k))
	}
	cell := func(n int) (out []bool) {
		for y := range int(60 * k) {
			for x := range int(46 * k) {
				out = append(out, dark(p.at(int((69+48*float64(n))*k)+x, y+int(2*k))))
			}
		}
		return out
	}
	signs := [][]bool{cell(0), cell(1), cell(2)}
	for i, a := range signs {
		b := signs[(i+1)%3]
		inked, differ := 0, 0
		for j := range a {
			if a[j] || b[j] {
				inked++
			}
			if a[j] != b[j] {
				differ++
			}
		}
		if inked == 0 || differ*100 < 40*inked {
			return fmt.Errorf("signs %d and %d of the township's name differ in %d of %d pixels: boxes instead of Chinese", i, (i+1)%3, differ, inked)
		}
	}
	return nil
}

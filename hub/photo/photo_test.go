package photo

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"huying/hub/refusal"
	form "huying/internal/photo"
)

var (
	red   = color.RGBA{0xE0, 0x10, 0x10, 0xFF}
	green = color.RGBA{0x10, 0xE0, 0x10, 0xFF}
	blue  = color.RGBA{0x10, 0x10, 0xE0, 0xFF}
	white = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	grey  = color.RGBA{0x80, 0x80, 0x80, 0xFF}
)

// quarters is a picture whose middle square has a colour in each corner: red
// and green above, blue and white below. What is outside of it is grey.
func quarters(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	side := min(w, h)
	left, top := (w-side)/2, (h-side)/2
	for y := range h {
		for x := range w {
			c := grey
			if image.Pt(x, y).In(image.Rect(left, top, left+side, top+side)) {
				c = []color.RGBA{red, green, blue, white}[(x-left)*2/side+(y-top)*2/side*2]
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func asJPEG(t testing.TB, m image.Image) []byte {
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

// withExif puts a phone's Exif before the picture: how it lies, and where it
// was taken.
func withExif(order binary.AppendByteOrder, file []byte, lie uint16) []byte {
	mark := "MM\x00*"
	if order == binary.LittleEndian {
		mark = "II*\x00"
	}
	tiff := order.AppendUint32([]byte(mark), 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3), 1), 0, 0, 0, 0)
	order.(binary.ByteOrder).PutUint16(tiff[len(tiff)-4:], lie)
	tiff = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(tiff, 0x8825), 4), 1), 38) // GPS
	tiff = append(tiff, "\x00\x00\x00\x00GPS 27.4300N 115.8300E"...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	app1 := append(binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2)), body...)
	return slices.Concat(file[:2], app1, file[2:])
}

// corners are the colours of a photo's four corners, after its form is proved.
func corners(t *testing.T, photo []byte) [4]color.RGBA {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(photo))
	must(t, err)
	if m.Bounds() != image.Rect(0, 0, form.Side, form.Side) || len(photo) > form.MaxBytes {
		t.Fatalf("%v, %d octets", m.Bounds(), len(photo))
	}
	var out [4]color.RGBA
	for i, p := range []image.Point{{20, 20}, {490, 20}, {20, 490}, {490, 490}} {
		out[i] = color.RGBAModel.Convert(m.At(p.X, p.Y)).(color.RGBA)
	}
	return out
}

func same(got, want [4]color.RGBA) bool {
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) < 24 }
	for i := range got {
		if g, w := got[i], want[i]; !near(g.R, w.R) || !near(g.G, w.G) || !near(g.B, w.B) {
			return false
		}
	}
	return true
}

func square(t *testing.T, file []byte) []byte {
	t.Helper()
	out, err := Square(t.Context(), file)
	must(t, err)
	return out
}

func TestTheMiddleIsCutOutAndScaled(t *testing.T) {
	upright := [4]color.RGBA{red, green, blue, white}
	for name, file := range map[string][]byte{
		"wide":      asJPEG(t, quarters(1200, 600)),
		"tall":      asJPEG(t, quarters(601, 901)),
		"small":     asJPEG(t, quarters(161, 240)),
		"exact":     asPNG(t, quarters(512, 512)),
		"large":     asJPEG(t, quarters(1700, 1600)),
		"off grid":  asPNG(t, quarters(900, 900).SubImage(image.Rect(1, 1, 899, 899))),
		"long line": asPNG(t, quarters(4000, 160)),
	} {
		if got := corners(t, square(t, file)); !same(got, upright) {
			t.Errorf("%s: corners %v", name, got)
		}
	}
}

// How a picture lies is Exif's: 6 is a phone held upright, whose sensor lies.
func TestOrientationIsHonoured(t *testing.T) {
	r, g, b, w := red, green, blue, white
	file := asJPEG(t, quarters(700, 512))
	for lie, want := range map[uint16][4]color.RGBA{
		0: {r, g, b, w}, 1: {r, g, b, w}, 2: {g, r, w, b}, 3: {w, b, g, r}, 4: {b, w, r, g},
		5: {r, b, g, w}, 6: {b, r, w, g}, 7: {w, g, b, r}, 8: {g, w, r, b}, 9: {r, g, b, w},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			if got := corners(t, square(t, withExif(order, file, lie))); !same(got, want) {
				t.Errorf("%d %v: %v, want %v", lie, order, got, want)
			}
		}
	}
}

func TestNothingOfTheFileIsLeft(t *testing.T) {
	file := withExif(binary.BigEndian, asJPEG(t, quarters(640, 512)), 1)
	file = append(file, "PK and a hidden file"...)
	if !bytes.Contains(file, []byte("GPS 27.43")) {
		t.Fatal("the test's own file tells no place")
	}
	out := square(t, file)
	for _, secret := range []string{"Exif", "GPS", "II*", "MM\x00", "hidden"} {
		if bytes.Contains(out, []byte(secret)) {
			t.Errorf("the photo still has %q", secret)
		}
	}
	for at := 2; out[at+1] != 0xDA; at += 2 + int(binary.BigEndian.Uint16(out[at+2:])) {
		if m := out[at+1]; m >= 0xE0 && m <= 0xEF || m == 0xFE {
			t.Errorf("the photo has an application's segment %x", m)
		}
	}
}

func TestTransparentIsWhite(t *testing.T) {
	out := corners(t, square(t, asPNG(t, image.NewNRGBA(image.Rect(0, 0, 300, 300)))))
	if !same(out, [4]color.RGBA{white, white, white, white}) {
		t.Error(out)
	}
}

func TestNoiseStaysSmall(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 512, 512))
	dice := rand.NewChaCha8([32]byte{})
	_, _ = dice.Read(m.Pix)
	for i := 3; i < len(m.Pix); i += 4 {
		m.Pix[i] = 0xFF
	}
	corners(t, square(t, asPNG(t, m)))
}

func TestWhatIsNoPhotoIsRefusedInWords(t *testing.T) {
	good := asJPEG(t, quarters(400, 400))
	var g bytes.Buffer
	must(t, gif.Encode(&g, quarters(300, 300), nil))
	for name, c := range map[string]struct {
		file []byte
		code string
		says string
	}{
		"nothing":     {nil, refusal.BadPhoto, "没有收到"},
		"text":        {[]byte("<html>hello"), refusal.BadPhoto, "不是照片"},
		"gif":         {g.Bytes(), refusal.BadPhoto, "GIF"},
		"webp":        {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00"), refusal.BadPhoto, "WebP"},
		"heic":        {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), refusal.BadPhoto, "HEIC"},
		"cut off":     {good[:len(good)/2], refusal.BadPhoto, "损坏"},
		"head only":   {good[:4], refusal.BadPhoto, "损坏"},
		"too small":   {asPNG(t, quarters(400, 159)), refusal.BadPhoto, "400×159"},
		"too large":   {slices.Concat(good, make([]byte, MaxFile)), refusal.BodyTooLarge, "10 MB"},
		"bomb":        {bomb(t, 60_000, 60_000, 8), refusal.BadPhoto, "5000 万"},
		"overflow":    {bomb(t, 1<<31-1, 1<<31-1, 8), refusal.BadPhoto, ""},
		"deep colour": {bomb(t, 7000, 7000, 16), refusal.BadPhoto, "这种格式"},
		"many scans":  {scans(t, 3600), refusal.BadPhoto, "这种格式"},
		"fewer":       {scans(t, 600), refusal.BadPhoto, "损坏"}, // past the measure
	} {
		_, err := Square(t.Context(), c.file)
		r, ok := refusal.Of(err)
		if !ok || r.Code != c.code || !strings.Contains(r.Detail, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// bomb is a PNG that says it is of that size, and nothing behind it.
func bomb(t *testing.T, w, h uint32, bits byte) []byte {
	file := asPNG(t, quarters(200, 200))
	head := file[16:29]
	binary.BigEndian.PutUint32(head, w)
	binary.BigEndian.PutUint32(head[4:], h)
	head[8] = bits
	binary.BigEndian.PutUint32(file[29:], crc(file[12:29]))
	return file
}

// scans is a JPEG that says it is progressive and so wide and high, and whose
// picture is another.
func scans(t *testing.T, side uint16) []byte {
	file := asJPEG(t, quarters(200, 200))
	at := bytes.Index(file, []byte{0xFF, 0xC0})
	file[at+1] = 0xC2
	binary.BigEndian.PutUint16(file[at+5:], side)
	binary.BigEndian.PutUint16(file[at+7:], side)
	return file
}

func TestADecoderIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Square(ctx, asJPEG(t, quarters(400, 400)))
	if r, ok := refusal.Of(err); !ok || r.Code != refusal.BadPhoto || !strings.Contains(r.Detail, "太复杂") {
		t.Error(err)
	}
	if _, err := (&patient{ctx, strings.NewReader("x")}).Read(make([]byte, 1)); !errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(withExif(binary.LittleEndian, asJPEG(f, quarters(16, 16)), 6))
	f.Add(withExif(binary.BigEndian, asJPEG(f, quarters(16, 16)), 3))
	f.Fuzz(func(t *testing.T, file []byte) {
		if o := orientation(file); o < 1 || o > 8 {
			t.Error(o)
		}
	})
}

func crc(data []byte) uint32 { return crc32.ChecksumIEEE(data) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

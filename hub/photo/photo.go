// Package photo turns what somebody took with a phone into the small square
// picture that villagers see: upright, cut to the middle, made anew pixel by
// pixel, so that nothing of the file itself is left, neither the place where
// it was taken nor anything that hides in it.
package photo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"

	"huying/hub/refusal"
	form "huying/internal/photo"
)

// What is taken.
const (
	MaxFile   = 10 << 20   // octets: a phone's picture has two to eight million
	maxPixels = 50_000_000 // phones' main cameras have up to 50 megapixels
	minSide   = 160        // pixels; below, a face is a blur on the kiosk
	// maxMemory bounds the octets of the decoded picture: 50 megapixels of four
	// octets each, which is less for kinds that need more.
	maxMemory = 4 * maxPixels
)

// Square makes a photo of a file: JPEG, form.Side pixels wide and high, at
// most form.MaxBytes octets, no metadata. It gives up with its context.
// Refusals: body_too_large, bad_photo, with a sentence that names what is wrong.
func Square(ctx context.Context, file []byte) ([]byte, error) {
	if len(file) > MaxFile {
		return nil, TooLarge()
	}
	kind, err := kindOf(file)
	if err != nil {
		return nil, err
	}
	c, err := kind.config(bytes.NewReader(file))
	if err != nil {
		return nil, broken()
	}
	if err := measure(c, kind.depth(c, file)); err != nil {
		return nil, err
	}
	src, err := kind.decode(&patient{ctx, bytes.NewReader(file)})
	switch {
	case ctx.Err() != nil:
		return nil, bad("照片太复杂，在规定时间内没有处理完，请换一张照片。")
	case err != nil:
		return nil, broken()
	}
	lie := 1
	if kind.exif {
		lie = orientation(file)
	}
	return encode(shrink(src, lie))
}

// kind is a format that is taken.
type kind struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	exif   bool // it is JPEG
}

// depth is how many octets a pixel takes while it is decoded.
func (k kind) depth(c image.Config, file []byte) int {
	switch {
	case k.exif && progressive(file):
		return 16 // image/jpeg: four for each of three numbers, and the points
	case c.ColorModel == color.RGBA64Model, c.ColorModel == color.NRGBA64Model:
		return 8
	}
	return 4
}

// kindOf looks at the first octets; what a file or a browser calls itself does
// not count.
func kindOf(file []byte) (kind, error) {
	switch sniffed := http.DetectContentType(file); {
	case sniffed == "image/jpeg":
		return kind{jpeg.DecodeConfig, jpeg.Decode, true}, nil
	case sniffed == "image/png":
		return kind{png.DecodeConfig, png.Decode, false}, nil
	case len(file) == 0:
		return kind{}, bad("没有收到照片，请重新选一张。")
	case sniffed == "image/webp":
		return kind{}, bad("这是 WebP 格式的图片，系统不收，请换成 JPEG 或 PNG 格式的照片。")
	case sniffed == "image/gif":
		return kind{}, bad("这是 GIF 图片，系统不收，请换成 JPEG 或 PNG 格式的照片。")
	case len(file) > 12 && string(file[4:8]) == "ftyp":
		return kind{}, bad("这是 HEIC、AVIF 等格式的照片或一段录像，系统不收，请把手机相机的格式设为“兼容性最佳”（JPEG）后重新拍一张。")
	}
	return kind{}, bad("这个文件不是照片，请选 JPEG 或 PNG 格式的照片。")
}

// measure refuses what is not worth or too dear to decode.
func measure(c image.Config, depth int) error {
	switch short := min(c.Width, c.Height); {
	case short < minSide:
		return bad(fmt.Sprintf("照片太小（%d×%d），村民看不清，宽和高至少要 %d 点。", c.Width, c.Height, minSide))
	case c.Width > maxPixels/c.Height:
		return bad(fmt.Sprintf("照片的点数太多（%d×%d），最多 5000 万点，请把相机的分辨率调低后重新拍。", c.Width, c.Height))
	case c.Width*c.Height > maxMemory/depth:
		return bad(fmt.Sprintf("这种格式处理不了这样大的照片（%d×%d），请把相机的分辨率调低后重新拍，或另存为普通的 JPEG 格式。", c.Width, c.Height))
	}
	return nil
}

// patient stops a decoder that works for too long: a JPEG may ask for the
// whole picture to be gone over thousands of times.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// samples is how many points of a source of that side, each way, make one point
// of the photo: all of them up to 2048 pixels, enough for a face above, and
// three where the source is smaller than the photo, against steps in it.
func samples(side int) int {
	if side < form.Side {
		return 3
	}
	return min((side+form.Side-1)/form.Side, 4)
}

// shrink cuts the middle square out and scales it, on white where the source
// is transparent. Its cost hardly grows with the source.
func shrink(src image.Image, lie int) *image.RGBA {
	b := src.Bounds()
	n := samples(min(b.Dx(), b.Dy()))
	side, step := float64(min(b.Dx(), b.Dy())), float64(n*form.Side)
	left, top := float64(b.Min.X)+(float64(b.Dx())-side)/2, float64(b.Min.Y)+(float64(b.Dy())-side)/2
	out := image.NewRGBA(image.Rect(0, 0, form.Side, form.Side))
	all := uint32(n*n) << 8 //nolint:gosec // at most 16
	for y := range form.Side {
		for x := range form.Side {
			var sum [3]uint32
			for i := range n * n {
				u, v := turned(lie, (float64(x*n+i%n)+0.5)/step, (float64(y*n+i/n)+0.5)/step)
				r, g, b, a := src.At(int(left+u*side), int(top+v*side)).RGBA()
				white := 0xFFFF - a
				sum[0], sum[1], sum[2] = sum[0]+r+white, sum[1]+g+white, sum[2]+b+white
			}
			out.SetRGBA(x, y, color.RGBA{uint8(sum[0] / all), uint8(sum[1] / all), uint8(sum[2] / all), 0xFF}) //nolint:gosec // a mean of octets
		}
	}
	return out
}

// encode writes the photo as finely as its size allows: a face takes 20 to 50
// KB at the first step, and only noise needs a later one.
func encode(m image.Image) ([]byte, error) {
	for _, quality := range []int{88, 80, 70, 55, 40, 25, 10} {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() <= form.MaxBytes {
			return out.Bytes(), nil
		}
	}
	return nil, errors.New("photo: no quality is small enough")
}

// TooLarge says that a file is above MaxFile.
func TooLarge() error {
	return refusal.New(refusal.BodyTooLarge, "照片文件超过 10 MB，请把相机的分辨率调低后重新拍，或先裁剪。")
}

func broken() error {
	return bad("照片文件已损坏或不完整，打不开，请重新拍一张或换一张。")
}

func bad(detail string) error { return refusal.New(refusal.BadPhoto, detail) }

import { crc32, deflateSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { told } from './soon.ts'

/** A picture of nobody: four colours, which tell how it lies, and grey beside the middle square. */
const colours = {
  'left above': [216, 32, 32],
  'right above': [32, 168, 64],
  'left below': [32, 64, 208],
  'right below': [240, 208, 32],
} as const

/** The picture as a PNG of 900 x 600. */
export function picture(): Buffer {
  const [width, height] = [900, 600]
  const lines = Buffer.alloc(height * (1 + 3 * width)) // each line begins with a zero: no filter
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const beside = x < 150 || x >= 750
      const corner = `${x < 450 ? 'left' : 'right'} ${y < 300 ? 'above' : 'below'}` as const
      lines.set(beside ? [128, 128, 128] : colours[corner], y * (1 + 3 * width) + 1 + 3 * x)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8) // eight bits, red, green and blue
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  const end = Buffer.alloc(0)
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', end),
  ])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** The kiosk shows that very picture, 512 x 512, upright. */
export async function expectPicture(page: Page, who: string): Promise<void> {
  const shown = page.locator('img.portrait.photo')
  await told(`${who} sees the photo`, shown.waitFor())
  const seen = await shown.evaluate(async (element) => {
    const image = element as HTMLImageElement
    await image.decode()
    const { naturalWidth: width, naturalHeight: height } = image
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.drawImage(image, 0, 0)
    const at = (x: number, y: number) =>
      [...context.getImageData(x * width, y * height, 1, 1).data].slice(0, 3)
    const points = { 'left above': at(0.1, 0.1), 'right above': at(0.9, 0.1) }
    return {
      width,
      height,
      points: { ...points, 'left below': at(0.1, 0.9), 'right below': at(0.9, 0.9) },
    }
  })
  for (const [corner, colour] of Object.entries(colours)) {
    const got = seen.points[corner as keyof typeof colours]
    const near = colour.every((level, i) => Math.abs(level - (got[i] ?? -99)) < 16)
    if (!near) throw new Error(`${who} sees ${got} ${corner}, not ${colour}`)
  }
  if (seen.width !== 512 || seen.height !== 512) {
    throw new Error(`${who} sees a photo of ${seen.width} x ${seen.height}`)
  }
}

/** From now on the page notes what the terminal first says of each who answers. */
export async function noteAnswers(page: Page): Promise<void> {
  await page.evaluate(() => {
    const noted: (string | null)[] = []
    let answered = false
    new EventSource('/api/panel').onmessage = ({ data }) => {
      const { answerer } = JSON.parse(data)
      if (answerer && !answered) noted.push(answerer.photo ?? null)
      answered = Boolean(answerer)
    }
    Object.assign(window, { noted })
  })
}

/** The first word of each answer since: the photo's address, or null without one. */
export function notedAnswers(page: Page): Promise<(string | null)[]> {
  return page.evaluate(() => (window as unknown as { noted: (string | null)[] }).noted)
}

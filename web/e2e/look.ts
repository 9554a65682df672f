import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Faults } from './faults.ts'

const folder = fileURLToPath(new URL('../../shots/', import.meta.url))
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let axe: string | undefined

interface Finding {
  id: string
  help: string
  nodes: { html: string }[]
}

/** A picture of the page into ../shots, which git ignores. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: `${folder}${name}.png` })
}

/** A picture, and axe: what somebody who sees or hears badly would stumble over is a fault. */
export async function look(page: Page, name: string, faults: Faults): Promise<void> {
  await picture(page, name)
  axe ??= await readFile(axeFile, 'utf8')
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const found = await page.evaluate(async () => {
    const run = (
      window as unknown as { axe: { run(of: Document): Promise<{ violations: unknown }> } }
    ).axe.run
    return (await run(document)).violations
  })
  for (const { id, help, nodes } of found as Finding[]) {
    faults.add(
      `axe at ${name}: ${id}: ${help}: ${nodes.map((n) => n.html.slice(0, 200)).join(' | ')}`,
    )
  }
}

/** How bright a page is: its brightest point, 0 to 255, and the share that is not black. */
export async function brightness(page: Page): Promise<{ brightest: number; lit: number }> {
  const picture = (await page.screenshot()).toString('base64')
  return await page.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}` // the kiosk's own policy allows no fetch of it
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.drawImage(image, 0, 0)
    const points = context.getImageData(0, 0, image.width, image.height).data
    let [brightest, lit] = [0, 0]
    for (let i = 0; i < points.length; i += 4) {
      const level = Math.max(points[i] ?? 0, points[i + 1] ?? 0, points[i + 2] ?? 0)
      brightest = Math.max(brightest, level)
      if (level > 8) lit++
    }
    return { brightest, lit: (lit * 4) / points.length }
  }, picture)
}

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

/** The direction of imports: shared -> features -> apps, no feature imports another. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const root = import.meta.dirname
const layers: readonly string[] = ['shared', 'features', 'apps']

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`)
}

/** Paths below the root that a file imports; packages are left out. */
function importsOf(file: string, text: string): string[] {
  const named = text.matchAll(/(?:from|import|import\()\s*['"]([^'"]+)['"]/g)
  return [...named].flatMap(([, name = '']) => {
    if (name.startsWith('@/')) return [name.slice(2)]
    if (name.startsWith('.')) return [normalize(join(dirname(file), name))]
    return []
  })
}

/** Why `file` may not import `target`; null if it may. */
function forbidden(file: string, target: string): string | null {
  const [layer = '', part = ''] = file.split('/')
  const [toLayer = '', toPart = ''] = target.split('/')
  const up = layers.indexOf(toLayer) > layers.indexOf(layer)
  if (up) return `${layer} may not know ${toLayer}`
  if (layer === 'features' && toLayer === 'features' && part !== toPart) {
    return 'no feature imports another: put what joins them into apps'
  }
  if (layer === 'apps' && toLayer === 'apps' && part !== toPart && toPart !== 'staff') {
    return 'no page imports another: what staff pages share is in apps/staff'
  }
  return null
}

test('the rule itself tells right from wrong', () => {
  const seen = (file: string, line: string) =>
    importsOf(file, line).map((target) => forbidden(file, target) !== null)
  expect(seen('features/calls/a.ts', "import { x } from '@/features/talk/b.ts'")).toEqual([true])
  expect(seen('features/calls/a.ts', "import { x } from '../talk/b.ts'")).toEqual([true])
  expect(seen('features/calls/a.ts', "import '@/shared/ui/b.ts'")).toEqual([false])
  expect(seen('shared/ui/a.ts', "export { x } from '../../features/calls/b.ts'")).toEqual([true])
  expect(seen('apps/desk/a.ts', "const b = await import('@/apps/kiosk/b.ts')")).toEqual([true])
  expect(seen('apps/desk/a.ts', "import '../staff/b.ts'")).toEqual([false])
  expect(seen('apps/desk/a.ts', "import { x } from 'antd'")).toEqual([])
})

test('imports go from apps to features to shared', () => {
  const wrong: string[] = []
  const files = layers.flatMap(sources)
  for (const file of files) {
    for (const target of importsOf(file, readFileSync(join(root, file), 'utf8'))) {
      const why = forbidden(file, target)
      if (why) wrong.push(`${file} imports ${target}: ${why}`)
    }
  }
  expect(files.length).toBeGreaterThan(50)
  expect(wrong).toEqual([])
})

test('the kiosk carries nothing of the staff pages', () => {
  const kiosk = sources('apps/kiosk').concat(sources('features/panel'))
  const heavy = kiosk.filter((file) =>
    /from '(antd|@tanstack\/[^']+)'/.test(readFileSync(join(root, file), 'utf8')),
  )
  expect(heavy).toEqual([])
})

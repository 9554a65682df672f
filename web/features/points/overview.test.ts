import { expect, test } from 'vitest'
import type { Key, Point, PointState } from '@/shared/api/schema.ts'
import { point } from '@/shared/live/fixtures.ts'
import { byTownship, cellsOf, countsOf } from './overview.ts'

let made = 0
function at(township: string, name: string, state: PointState, since_ms = 0, key?: Key) {
  const kiosk = `k${++made}`
  const change: Partial<Point> = {
    kiosk,
    point: { code: kiosk, name },
    township: { code: township, name: township },
    state,
    since_ms,
    ...(key ? { call: `${key} ${kiosk}` } : {}),
  }
  return { ...point(change), heardAt: 1_000 }
}

const calls = { get: (id: string) => ({ key: id.split(' ')[0] as Key }) } as unknown as ReadonlyMap<
  string,
  { key: Key }
>
const names = (points: ReturnType<typeof at>[]) =>
  byTownship(cellsOf(points, calls)).map(
    (t) => `${t.code}: ${t.cells.map((c) => c.point.point.name).join(' ')}`,
  )

test('red that rings comes first, the longest wait before', () => {
  expect(
    names([
      at('a', 'idle', 'idle'),
      at('a', 'off', 'offline'),
      at('a', 'green-old', 'ringing', 90_000, 'enquiry'),
      at('a', 'red-new', 'ringing', 1_000, 'urgent'),
      at('a', 'red-old', 'ringing', 5_000, 'urgent'),
      at('a', 'talks', 'talking', 99_000, 'urgent'),
    ]),
  ).toEqual(['a: red-old red-new green-old talks off idle'])
})

test('townships keep their places unless red rings there', () => {
  expect(
    names([
      at('c', 'green', 'ringing', 90_000, 'enquiry'),
      at('a', 'idle', 'idle'),
      at('d', 'red', 'ringing', 1_000, 'urgent'),
      at('b', 'red', 'ringing', 2_000, 'urgent'),
    ]),
  ).toEqual(['b: red', 'd: red', 'a: idle', 'c: green'])
})

test('every point is counted once', () => {
  const cells = cellsOf(
    [at('a', 'x', 'idle'), at('a', 'y', 'idle'), at('b', 'z', 'offline')],
    calls,
  )
  expect(countsOf(cells)).toEqual({ idle: 2, ringing: 0, talking: 0, wrap_up: 0, offline: 1 })
})

test('a point whose call has left shows no key', () => {
  const cells = cellsOf([at('a', 'x', 'wrap_up', 0, 'urgent')], new Map())
  expect(cells[0]?.key).toBeNull()
})

import { expect, test } from 'vitest'
import {
  begin,
  growAfter,
  type Level,
  type Measure,
  onTrial,
  proved,
  step,
  type Thrift,
  upAfter,
  upAtMost,
  voiceAlone,
} from './thrift.ts'

const well: Measure = { lost: 1, got: 49, invented: 0, rttMs: 120 }
const lossy: Measure = { lost: 9, got: 41, invented: 0.04, rttMs: 120 }
const drowned: Measure = { lost: 25, got: 25, invented: 0.4, rttMs: 120 }
const slow: Measure = { lost: 0, got: 50, rttMs: 120 + 500 }

/** Measures once a second; returns what was decided at each, with its second. */
function live(t: Thrift, measures: (second: number, level: Level) => Measure, seconds: number) {
  const changes: [number, Level, string][] = []
  for (let s = 1; s <= seconds; s++) {
    const next = step(t, t.at + 1000, measures(s, t.level))
    if (next.level !== t.level) changes.push([s, next.level, next.why])
    t = next
  }
  return { t, changes }
}
const grown = () => live(begin(0), () => well, 120).t

test('the voice goes first, then a small picture, then the whole one', () => {
  const { changes } = live(begin(0), () => well, 30)
  expect(changes).toEqual([
    [voiceAlone / 1000, 'small', 'well'],
    [(voiceAlone + growAfter) / 1000, 'full', 'well'],
  ])
})

test.each([
  ['loss', lossy, 'small', 3],
  ['loss', drowned, 'none', 2],
  ['delay', slow, 'small', 2],
  ['delay', { ...slow, rttMs: 1200 }, 'none', 2],
  ['no_room', { ...well, room: 40_000 }, 'small', 2],
] as const)('trouble (%s) costs the picture after two or three seconds', (why, m, level, after) => {
  expect(live(grown(), () => m, after).changes).toEqual([[after, level, why]])
})

test('trouble that stays takes the small picture too', () => {
  const { changes } = live(grown(), () => lossy, 30)
  expect(changes.map(([s, level]) => [s, level])).toEqual([
    [3, 'small'],
    [5, 'none'],
  ])
})

test('one bad second is no trouble', () => {
  const { changes } = live(grown(), (s) => (s % 10 === 0 ? drowned : well), 300)
  expect(changes).toEqual([])
})

test('what Opus hides costs no picture', () => {
  const lines = live(grown(), () => ({ lost: 5, got: 45, invented: 0.03, rttMs: 500 }), 300)
  expect(lines.changes).toEqual([])
})

test('a line that is far away is not a slow one', () => {
  expect(live(begin(0), () => ({ ...well, rttMs: 900 }), 60).t.level).toBe('full')
})

test('in silence a lost packet of three is no loss', () => {
  expect(live(grown(), () => ({ lost: 1, got: 2 }), 60).changes).toEqual([])
})

test('nothing measured is neither good nor bad enough to fall', () => {
  expect(live(grown(), () => ({ lost: 0, got: 0 }), 60).changes).toEqual([])
})

test('the picture comes back one step at a time when the line is well', () => {
  const fallen = live(grown(), () => drowned, 5).t
  expect(fallen.level).toBe('none')
  const { changes } = live(fallen, () => well, 60)
  expect(changes.map(([, level]) => level)).toEqual(['small', 'full'])
  const [small, full] = changes.map(([s]) => s) as [number, number]
  expect(small).toBeGreaterThanOrEqual(upAfter / 1000)
  expect(small).toBeLessThanOrEqual(upAfter / 1000 + 2)
  expect(full - small).toBe(upAfter / 1000)
})

test('a line that carries no picture is tried ever more rarely, and each try is short', () => {
  const { changes } = live(grown(), (_, level) => (level === 'none' ? well : drowned), 1800)
  const tries = changes.filter(([, level]) => level === 'small').map(([s]) => s)
  const pauses = tries.slice(1).map((s, i) => s - (tries[i] as number))
  expect(pauses.slice(0, 5)).toEqual([25, 49, 97, 193, 241])
  expect(Math.max(...pauses) * 1000).toBeLessThanOrEqual(upAtMost + 1000)
  const falls = changes.filter(([, level]) => level === 'none').map(([s]) => s)
  for (const [i, s] of tries.entries()) expect((falls[i + 1] ?? s + 1) - s).toBe(1)
})

test('on a thin line from the first word the try comes after the voice and ends at once', () => {
  const { changes } = live(begin(0), (_, level) => (level === 'none' ? well : drowned), 13)
  expect(changes.slice(0, 2)).toEqual([
    [2, 'small', 'well'],
    [3, 'none', 'loss'],
  ])
})

test('a voice that suffers without any picture lets none begin, and says why', () => {
  const { t, changes } = live(begin(0), () => drowned, 60)
  expect(changes).toEqual([])
  expect(t).toMatchObject({ level: 'none', why: 'loss', wait: upAfter })
})

test('a small picture that stays well does not grow into one that failed too soon', () => {
  // Carries the small picture, not the whole one.
  const { changes } = live(grown(), (_, level) => (level === 'full' ? lossy : well), 200)
  const tries = changes.filter(([, level]) => level === 'full').map(([s]) => s)
  expect(changes.every(([, level]) => level !== 'none')).toBe(true)
  expect((tries[1] as number) - (tries[0] as number)).toBeGreaterThan(upAfter / 1000 + 2)
})

test('a picture that has proved itself begins anew', () => {
  let { t } = live(grown(), (_, level) => (level === 'none' ? well : drowned), 120)
  expect(t.wait).toBeGreaterThan(upAfter)
  t = live(t, () => well, (upAtMost + proved) / 1000 + 60).t
  expect(t).toMatchObject({ level: 'full', dared: null, wait: upAfter })
})

test('trouble after the trial is a new fall, not a failed try', () => {
  const up = live(live(grown(), () => drowned, 2).t, () => well, 30 + onTrial / 1000).t
  expect(up.level).toBe('full')
  expect(live(up, () => drowned, 2).t).toMatchObject({ level: 'none', wait: upAfter })
})

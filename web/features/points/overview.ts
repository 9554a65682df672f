import type { Call, Key, Point, PointState } from '@/shared/api/schema.ts'
import { type Heard, sinceMs } from '@/shared/live/index.ts'

export const states: readonly PointState[] = ['ringing', 'talking', 'wrap_up', 'offline', 'idle']

/** A point with the key of its open call, where there is one. */
export interface Cell {
  point: Heard<Point>
  key: Key | null
}

export interface TownshipCells {
  code: string
  name: string
  cells: Cell[]
}

export type Counts = Record<PointState, number>

/** Joins points with their calls; a point's call may have left already. */
export function cellsOf(
  points: Iterable<Heard<Point>>,
  calls: ReadonlyMap<string, Pick<Call, 'key'>>,
): Cell[] {
  return [...points].map((point) => ({
    point,
    key: (point.call && calls.get(point.call)?.key) || null,
  }))
}

export function countsOf(cells: readonly Cell[]): Counts {
  const counts: Counts = { idle: 0, ringing: 0, talking: 0, wrap_up: 0, offline: 0 }
  for (const { point } of cells) counts[point.state]++
  return counts
}

/**
 * By township: those where a red call rings first, the longest wait before,
 * the others in the order of their codes. Within one: ringing red first, then
 * ringing green, each longest first; then talking, wrap-up, offline, idle, by
 * name of the village so that the eye finds them where they were.
 */
export function byTownship(cells: readonly Cell[]): TownshipCells[] {
  const townships = new Map<string, TownshipCells>()
  for (const cell of cells) {
    const { code, name } = cell.point.township
    const township = townships.get(code) ?? { code, name, cells: [] }
    township.cells.push(cell)
    townships.set(code, township)
  }
  for (const township of townships.values()) township.cells.sort(beforeInGrid)
  return [...townships.values()].sort(
    (a, b) => redSince(a) - redSince(b) || a.code.localeCompare(b.code),
  )
}

/** The monotonic moment of the oldest red call that rings; far away without one. */
function redSince({ cells }: TownshipCells): number {
  const [first] = cells
  if (first?.point.state !== 'ringing' || first.key !== 'urgent') return Number.MAX_VALUE
  return first.point.heardAt - first.point.since_ms
}

function beforeInGrid(a: Cell, b: Cell): number {
  const rank = ({ point, key }: Cell) =>
    states.indexOf(point.state) * 2 + (point.state === 'ringing' && key !== 'urgent' ? 1 : 0)
  const since = (cell: Cell) => (cell.point.state === 'ringing' ? sinceMs(cell.point, now) : 0)
  const now = Math.max(a.point.heardAt, b.point.heardAt)
  return (
    rank(a) - rank(b) ||
    since(b) - since(a) ||
    a.point.point.name.localeCompare(b.point.point.name, 'zh-CN') ||
    a.point.kiosk.localeCompare(b.point.kiosk)
  )
}

import { expect, test } from 'vitest'
import { lean, point, ticket } from '@/shared/live/fixtures.ts'
import { alarms, isForCounty, ticketsInOrder, worstFirst } from './order.ts'

const at = (id: string, change: Parameters<typeof ticket>[0] = {}, heardAt = 1_000) => ({
  ...ticket({ id, ...change }),
  heardAt,
})
const ids = (list: { id: string }[]) => list.map(({ id }) => id).join(' ')

test('alarms, then what went up, then the oldest; what is over comes last', () => {
  const list = [
    at('over', { present: false, open_ms: 9e6 }),
    at('young', { red: false, open_ms: 1_000 }),
    at('old', { red: false, open_ms: 9_000 }),
    at('leader', { red: false, level: 'duty_leader', open_ms: 0 }),
    at('county', { red: false, level: 'county', open_ms: 0 }),
    at('alarm', { open_ms: 0 }),
  ]
  expect(ids(ticketsInOrder(list))).toBe('alarm county leader old young over')
})

test('age counts from the page’s own clock, whenever a ticket was heard', () => {
  const early = at('early', { open_ms: 0 }, 1_000)
  const late = at('late', { open_ms: 5_000 }, 10_000) // opened at 5,000
  expect(ids(ticketsInOrder([late, early]))).toBe('early late')
})

test('the banner shouts while nothing helps yet, a whole township first', () => {
  const list = [
    at('one'),
    at('fault', { red: false }),
    at('over', { present: false }),
    at('stop-gap', { phase: 'stop_gap', stop_gap: true }),
    at('repaired', { phase: 'repaired' }),
    at('taken', { phase: 'taken' }),
    (({ kiosk: _, ...rest }) => rest)(at('township', { code: 'outage' })),
  ]
  expect(ids(alarms(list))).toBe('township one taken')
})

test('the county sees to what went up to it and to its own', () => {
  expect(isForCounty(ticket({ level: 'county' }), lean)).toBe(true)
  expect(isForCounty(ticket({ site: lean }), lean)).toBe(true)
  expect(isForCounty(ticket({ level: 'duty_leader' }), lean)).toBe(false)
})

test('the worst kiosk first, then the one proven longest ago', () => {
  const row = (kiosk: string, state: 'ok' | 'overdue' | 'fault' | 'offline', proven_at?: string) =>
    point({ kiosk, health: { state, ...(proven_at ? { proven_at } : {}) } })
  const rows = [
    row('ok', 'ok'),
    row('fault-new', 'fault', '2026-11-22T08:00:00Z'),
    row('fault-old', 'fault', '2026-11-01T08:00:00Z'),
    row('overdue', 'overdue'),
    row('offline', 'offline'),
    point({ kiosk: 'silent' }),
  ]
  expect(worstFirst(rows).map((r) => r.kiosk)).toEqual([
    'offline',
    'fault-old',
    'fault-new',
    'overdue',
    'silent',
    'ok',
  ])
})

import { expect, test } from 'vitest'
import { enter, sinceMs, waitedMs } from './book.ts'
import { call, point, snapshot, ticket } from './fixtures.ts'

test('waiting counts on from what the hub said, on the page clock', () => {
  const entry = enter(null, snapshot({ calls: [call({ waiting_ms: 7_000 })] }), 1_000)
  if (!('book' in entry)) throw new Error(entry.refused)
  const [heard] = entry.book.calls.values()
  if (!heard) throw new Error('no call')
  expect(waitedMs(heard, 4_500)).toBe(10_500)
  expect(waitedMs(heard, 500)).toBe(7_000)
})

test('a point keeps counting from its own delta, not from the snapshot', () => {
  const first = enter(null, snapshot(), 0)
  if (!('book' in first)) throw new Error(first.refused)
  const second = enter(
    first.book,
    { type: 'point', seq: 11, point: point({ state: 'ringing', since_ms: 200 }) },
    5_000,
  )
  if (!('book' in second)) throw new Error(second.refused)
  const [heard] = second.book.points.values()
  if (!heard) throw new Error('no point')
  expect(heard.state).toBe('ringing')
  expect(sinceMs(heard, 6_000)).toBe(1_200)
  expect(first.book.points.get(heard.kiosk)?.state).toBe('idle') // books are never changed in place
})

test('a ticket comes, changes and leaves when it is closed', () => {
  const first = enter(null, snapshot({ tickets: [ticket()] }), 0)
  if (!('book' in first)) throw new Error(first.refused)
  expect([...first.book.tickets.keys()]).toEqual([ticket().id])
  const taken = enter(
    first.book,
    { type: 'ticket', seq: 11, ticket: ticket({ phase: 'taken' }) },
    5_000,
  )
  if (!('book' in taken)) throw new Error(taken.refused)
  expect(taken.book.tickets.get(ticket().id)?.phase).toBe('taken')
  const closed = enter(
    taken.book,
    { type: 'ticket', seq: 12, ticket: ticket({ phase: 'closed' }) },
    6_000,
  )
  if (!('book' in closed)) throw new Error(closed.refused)
  expect(closed.book.tickets.size).toBe(0)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LiveMessage } from '../api/schema.ts'
import { call, li, snapshot } from './fixtures.ts'
import { backOffCapMs, backOffMs, Line, type LineOptions, type Socket } from './line.ts'

class FakeSocket implements Socket {
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  closed = false
  readonly ticket: string
  constructor(ticket: string) {
    this.ticket = ticket
  }
  close() {
    this.closed = true
  }
  says(message: LiveMessage | string) {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) })
  }
  breaks() {
    this.onclose?.()
  }
}

let sockets: FakeSocket[] = []
let line: Line
const latest = () => sockets.at(-1) as FakeSocket

async function started(options: Partial<LineOptions> = {}) {
  let tickets = 0
  line = new Line({
    ticket: async () => `t${++tickets}`,
    open: (ticket) => {
      const socket = new FakeSocket(ticket)
      sockets.push(socket)
      return socket
    },
    isSignedOut: (error) => error === 'signed out',
    random: () => 0.5,
    ...options,
  })
  line.start()
  await vi.advanceTimersByTimeAsync(0)
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.setSystemTime('2026-11-22T00:00:00Z')
  sockets = []
})
afterEach(() => {
  line?.stop()
  vi.useRealTimers()
})

test('snapshot, then deltas in order', async () => {
  await started()
  expect(line.current().state).toBe('connecting')
  latest().says(snapshot())
  latest().says({ type: 'call', seq: 11, call: call() })
  latest().says({ type: 'duty', seq: 12, on_duty: [li] })
  const { state, book } = line.current()
  expect(state).toBe('live')
  expect(book?.seq).toBe(12)
  expect([...(book?.calls.keys() ?? [])]).toEqual(['361025105207-1.1.1'])
  expect(book?.onDuty).toEqual([li])
})

test('a closed call leaves the book', async () => {
  await started()
  latest().says(snapshot({ calls: [call()] }))
  latest().says({ type: 'call', seq: 11, call: call({ phase: 'closed' }) })
  expect(line.current().book?.calls.size).toBe(0)
})

test('a delta that came twice changes nothing', async () => {
  await started()
  latest().says(snapshot())
  latest().says({ type: 'call', seq: 11, call: call() })
  latest().says({ type: 'call', seq: 12, call: call({ phase: 'closed' }) })
  latest().says({ type: 'call', seq: 11, call: call() })
  expect(line.current().book?.calls.size).toBe(0)
  expect(sockets).toHaveLength(1)
})

test.each<[string, LiveMessage | string, string]>([
  ['a gap', { type: 'call', seq: 12, call: call() }, 'gap'],
  ['a beat ahead of the book', { type: 'beat', seq: 11 }, 'gap'],
  ['a second snapshot', snapshot({ session: 's2' }), 'other_session'],
  ['an unknown type', '{"type":"weather","seq":11}', 'not_understood'],
  ['no JSON', 'hello', 'not_understood'],
])('%s closes the socket and fetches afresh', async (_, message, reason) => {
  await started()
  latest().says(snapshot({ calls: [call()] }))
  latest().says(message)
  expect(line.current()).toMatchObject({ state: 'blind', lost: reason })
  expect(line.current().book?.calls.size).toBe(1) // what it knows, it goes on ringing
  expect(sockets[0]?.closed).toBe(true)
  await vi.advanceTimersByTimeAsync(100)
  expect(sockets.map((s) => s.ticket)).toEqual(['t1', 't2'])
  latest().says(snapshot({ session: 's2', seq: 1 }))
  expect(line.current()).toMatchObject({ state: 'live', lost: null, blindSince: null })
  expect(line.current().book?.calls.size).toBe(0)
})

test('a delta before the snapshot is refused', async () => {
  await started()
  latest().says({ type: 'call', seq: 11, call: call() })
  expect(line.current()).toMatchObject({ state: 'blind', lost: 'no_snapshot' })
})

test('beats keep a quiet line alive; silence makes it dead', async () => {
  await started()
  latest().says(snapshot())
  for (let i = 0; i < 6; i++) {
    await vi.advanceTimersByTimeAsync(5_000)
    latest().says({ type: 'beat', seq: 10 })
  }
  expect(line.current().state).toBe('live')
  await vi.advanceTimersByTimeAsync(11_999)
  expect(line.current().state).toBe('live')
  await vi.advanceTimersByTimeAsync(1)
  expect(line.current()).toMatchObject({ state: 'blind', lost: 'silence' })
})

test('a socket that opens and never speaks is dead too', async () => {
  await started()
  await vi.advanceTimersByTimeAsync(12_000)
  expect(line.current()).toMatchObject({ state: 'blind', lost: 'silence' })
})

test('blind since the first loss, however many tries follow', async () => {
  await started()
  latest().says(snapshot())
  latest().breaks()
  const since = line.current().blindSince
  expect(since).toBe(Date.parse('2026-11-22T00:00:00Z'))
  for (let i = 0; i < 5; i++) {
    await vi.advanceTimersByTimeAsync(backOffCapMs)
    latest().breaks()
  }
  expect(line.current().blindSince).toBe(since)
})

test('the wait doubles up to the cap, with full jitter', () => {
  expect([0, 1, 2, 3].map((n) => backOffMs(n, 1))).toEqual([200, 400, 800, 1600])
  expect(backOffMs(99, 1)).toBe(backOffCapMs)
  expect(backOffMs(99, 0)).toBe(0)
})

test('tries slow down until a beat proves the line, not at each snapshot', async () => {
  await started({ random: () => 1 })
  for (const wait of [200, 400, 800]) {
    latest().says(snapshot())
    latest().breaks()
    const before = sockets.length
    await vi.advanceTimersByTimeAsync(wait - 1)
    expect(sockets).toHaveLength(before)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(before + 1)
  }
  latest().says(snapshot())
  latest().says({ type: 'beat', seq: 10 })
  latest().breaks()
  await vi.advanceTimersByTimeAsync(200)
  expect(sockets).toHaveLength(5)
})

test('no ticket: it tries again; signed out: it stops', async () => {
  const errors = ['no answer', 'signed out']
  await started({
    ticket: () => Promise.reject(errors.shift()),
  })
  expect(line.current()).toMatchObject({ state: 'blind', lost: 'no_ticket' })
  await vi.advanceTimersByTimeAsync(100)
  expect(line.current().state).toBe('signed_out')
  expect(vi.getTimerCount()).toBe(0)
})

test('hurry skips the wait, and only when the line is down', async () => {
  await started({ random: () => 1 })
  latest().says(snapshot())
  line.hurry()
  await vi.advanceTimersByTimeAsync(0)
  expect(sockets).toHaveLength(1)
  latest().breaks()
  line.hurry()
  await vi.advanceTimersByTimeAsync(0)
  expect(sockets).toHaveLength(2)
})

test('an abandoned socket is not heard any more, and stop leaves nothing', async () => {
  await started()
  const first = latest()
  const late = first.onmessage
  first.says(snapshot())
  first.breaks()
  await vi.advanceTimersByTimeAsync(100)
  latest().says(snapshot({ seq: 20 }))
  late?.({ data: JSON.stringify({ type: 'call', seq: 21, call: call() }) })
  expect(line.current().book?.seq).toBe(20)
  line.stop()
  line.stop()
  expect(vi.getTimerCount()).toBe(0)
  expect(latest().closed).toBe(true)
})

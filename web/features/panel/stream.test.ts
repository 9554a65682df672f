import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { viewOf } from './fixtures.ts'
import { listen, type Source } from './stream.ts'

const connecting = 0
const closed = 2

let sources: Source[]
let seen: string[]
let stop: () => void
const last = () => sources.at(-1) as Source
const say = (seq: number, point = `${seq}`) =>
  last().onmessage?.({ data: JSON.stringify(viewOf({ seq, point })) })
const fail = (readyState: number) => {
  last().readyState = readyState
  last().onerror?.()
}

beforeEach(() => {
  vi.useFakeTimers()
  sources = []
  seen = []
  stop = listen({
    connect: () => {
      const source: Source = {
        readyState: connecting,
        onopen: null,
        onmessage: null,
        onerror: null,
        close: vi.fn(),
      }
      sources.push(source)
      return source
    },
    onView: (view) => seen.push(view.point),
    onLost: () => seen.push('lost'),
  })
})
afterEach(() => {
  stop()
  vi.useRealTimers()
})

test('a terminal that never speaks is lost after 3 s', () => {
  vi.advanceTimersByTime(2999)
  expect(seen).toEqual([])
  vi.advanceTimersByTime(1)
  expect(seen).toEqual(['lost'])
})

test('a hiccup shorter than 3 s is not shown', () => {
  say(1)
  fail(connecting)
  vi.advanceTimersByTime(2900)
  say(2)
  vi.advanceTimersByTime(10_000)
  expect(seen).toEqual(['1', '2'])
})

test('3 s are counted from the first error, however many follow', () => {
  say(1)
  fail(connecting)
  vi.advanceTimersByTime(2000)
  fail(connecting)
  vi.advanceTimersByTime(1000)
  expect(seen).toEqual(['1', 'lost'])
})

test('a cut after a recovery is counted anew', () => {
  fail(connecting)
  vi.advanceTimersByTime(2000)
  say(1)
  fail(connecting)
  vi.advanceTimersByTime(2000)
  expect(seen).toEqual(['1'])
})

test('the browser reconnects a cut line itself', () => {
  fail(connecting)
  vi.advanceTimersByTime(10_000)
  expect(sources).toHaveLength(1)
})

test('a line that the browser gave up is opened again each second until it holds', () => {
  fail(closed)
  vi.advanceTimersByTime(1000)
  expect(sources).toHaveLength(2)
  fail(closed)
  vi.advanceTimersByTime(1000)
  expect(sources).toHaveLength(3)
  say(1)
  expect(seen).toEqual(['1'])
})

test('an older view of the same line is dropped', () => {
  say(5)
  say(4)
  expect(seen).toEqual(['5'])
})

test('a terminal that restarted may count from the beginning', () => {
  say(5)
  fail(connecting)
  last().onopen?.()
  say(1)
  expect(seen).toEqual(['5', '1'])
})

test('a message that is no view is dropped and does not count as life', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  last().onmessage?.({ data: 'nonsense' })
  expect(warn).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(3000)
  expect(seen).toEqual(['lost'])
})

test('nothing happens after the stop, which may come twice', () => {
  fail(closed)
  stop()
  stop()
  vi.advanceTimersByTime(10_000)
  expect(seen).toEqual([])
  expect(sources).toHaveLength(1)
  expect(last().close).toHaveBeenCalled()
})

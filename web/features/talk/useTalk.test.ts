import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listenForSpeech } from './useTalk.ts'

const sent: { url: string; body: unknown }[] = []
let answers: (() => Response)[] = []

beforeEach(() => {
  vi.useFakeTimers()
  sent.length = 0
  answers = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push({ url, body: JSON.parse(String(init.body)) })
    return (answers.shift() ?? (() => new Response(null, { status: 204 })))()
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('speech is reported once', async () => {
  const stop = listenForSpeech('k.1.2', () => -24.4)
  await vi.advanceTimersByTimeAsync(250)
  expect(sent).toEqual([])
  await vi.advanceTimersByTimeAsync(5_000)
  stop()
  expect(sent).toEqual([
    { url: '/api/calls/k.1.2/speech', body: { heard_ms: 300, level_dbfs: -24 } },
  ])
})

test('silence is never reported', async () => {
  const stop = listenForSpeech('k.1.2', () => -62)
  await vi.advanceTimersByTimeAsync(60_000)
  stop()
  expect(sent).toEqual([])
})

test('a report that was not taken is made again', async () => {
  answers = [() => new Response('{}', { status: 503 })]
  const stop = listenForSpeech('k.1.2', () => -20)
  await vi.advanceTimersByTimeAsync(900)
  expect(sent).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1_000)
  stop()
  expect(sent).toHaveLength(2)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keySender } from './keys.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const told = (tell: ReturnType<typeof vi.fn>) =>
  tell.mock.calls.map(([, body]) => `${body.key} ${body.down ? 'down' : 'up'}`)

test('a release waits for its press', async () => {
  const answers: ((ok: boolean) => void)[] = []
  const tell = vi.fn(() => new Promise<boolean>((resolve) => answers.push(resolve)))
  const sender = keySender(tell)
  const down = sender.send('urgent', true)
  const up = sender.send('urgent', false)
  await vi.advanceTimersByTimeAsync(0)
  expect(told(tell)).toEqual(['urgent down'])
  answers[0]?.(true)
  await down
  await vi.advanceTimersByTimeAsync(0)
  expect(told(tell)).toEqual(['urgent down', 'urgent up'])
  answers[1]?.(true)
  expect(await up).toBe(true)
})

test('a refused press is tried again until the terminal has restarted', async () => {
  const tell = vi.fn(async () => tell.mock.calls.length > 3)
  const result = keySender(tell).send('enquiry', true)
  await vi.advanceTimersByTimeAsync(3000)
  expect(await result).toBe(true)
  expect(told(tell)).toEqual(Array(4).fill('enquiry down'))
})

test('a press that nobody takes is said so within 3 s, and blocks nothing after it', async () => {
  const tell = vi.fn(async () => false)
  const sender = keySender(tell)
  const result = sender.send('urgent', true)
  await vi.advanceTimersByTimeAsync(3000)
  expect(await result).toBe(false)
  tell.mockResolvedValue(true)
  expect(await sender.send('urgent', false)).toBe(true)
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { joinWithin, tryRoom } from './tryRoom.ts'

type Load = NonNullable<Parameters<typeof tryRoom>[2]>
const there = { url: 'ws://there', token: 't' }
const world = { connect: async () => {}, microphone: async () => {}, left: vi.fn() }
let drop: () => void
const load = (async () => ({
  Room: class {
    connect = () =>
      Promise.race([world.connect(), new Promise((_, no) => (drop = () => no(new Error('cut'))))])
    disconnect = async () => {
      world.left()
      drop?.()
    }
    localParticipant = { setMicrophoneEnabled: () => world.microphone() }
  },
})) as unknown as Load
let stop: AbortController

beforeEach(() => {
  vi.useFakeTimers()
  world.connect = async () => {}
  world.microphone = async () => {}
  world.left.mockClear()
  stop = new AbortController()
})
afterEach(() => void vi.useRealTimers())

test('it joins, sends the microphone, and leaves', async () => {
  const tried = await tryRoom(there, stop.signal, load)
  expect(tried).toMatchObject({
    result: 'passed',
    detail: expect.stringMatching(/microphone sent/),
  })
  expect(world.left).toHaveBeenCalled()
})

test('without a microphone the way itself still passes, and says so', async () => {
  world.microphone = async () => {
    throw new DOMException('no', 'NotFoundError')
  }
  expect(await tryRoom(there, stop.signal, load)).toMatchObject({
    result: 'passed',
    detail: expect.stringMatching(/microphone: NotFoundError/),
  })
})

test('a server that refuses, or does not answer, has failed', async () => {
  world.connect = async () => {
    throw new Error('refused')
  }
  expect(await tryRoom(there, stop.signal, load)).toEqual({ result: 'failed', detail: 'refused' })
  world.connect = () => new Promise(() => {})
  const late = tryRoom(there, stop.signal, load)
  await vi.advanceTimersByTimeAsync(joinWithin)
  expect((await late)?.result).toBe('failed')
})

test('a test that is not wanted any more is given up without a word', async () => {
  world.connect = () => new Promise(() => {})
  const tried = tryRoom(there, stop.signal, load)
  await vi.advanceTimersByTimeAsync(10)
  stop.abort()
  expect(await tried).toBeNull()
})

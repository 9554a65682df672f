import type { Room } from 'livekit-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { backOff, micAgain, newsWithin, type SteadyState, stayIn } from './steadyRoom.ts'

type LiveKit = typeof import('livekit-client')

/** As much of livekit-client as a stay uses; each test sets what goes wrong. */
const world = {
  connect: async (_url: string, _token: string) => {},
  microphone: async () => {},
  rooms: [] as FakeRoom[],
}

class FakeRoom {
  handlers = new Map<string, (...args: unknown[]) => void>()
  canPlaybackAudio = true
  remoteParticipants = new Map()
  disconnect = vi.fn(async () => {})
  startAudio = vi.fn(async () => {})
  localParticipant = {
    trackPublications: new Map(),
    setMicrophoneEnabled: () => world.microphone(),
    setCameraEnabled: async () => {
      throw new Error('no camera')
    },
    getTrackPublication: () => undefined,
  }
  connect = vi.fn((url: string, token: string) => world.connect(url, token))
  constructor() {
    world.rooms.push(this)
  }
  on(event: string, handler: (...args: unknown[]) => void) {
    this.handlers.set(event, handler)
  }
  emit(event: string, ...args: unknown[]) {
    this.handlers.get(event)?.(...args)
  }
}

const events = new Proxy({}, { get: (_, name: string) => name })
const livekit = {
  Room: FakeRoom as unknown as typeof Room,
  RoomEvent: events,
  DisconnectReason: events,
  VideoQuality: { LOW: 0, HIGH: 2 },
  Track: { Kind: { Audio: 'audio' }, Source: { Camera: 'camera', Microphone: 'microphone' } },
} as unknown as LiveKit

let states: SteadyState[]
let token: string
let leave: () => void
let adjust: () => void
let loudness: number
const phases = () => states.map((s) => s.phase).filter((p, i, all) => p !== all[i - 1])
const now = () => states.at(-1)
const room = () => world.rooms.at(-1) as FakeRoom
const settle = () => vi.advanceTimersByTimeAsync(0)
const start = () => {
  const stay = stayIn({
    where: () => ({ url: 'ws://there', token }),
    onChange: (s) => states.push(s),
    loudness: () => loudness,
    load: async () => livekit,
  })
  leave = stay.leave
  adjust = stay.adjust
  return settle()
}

beforeEach(() => {
  vi.useFakeTimers()
  world.connect = async () => {}
  world.microphone = async () => {}
  world.rooms = []
  states = []
  token = 'first'
  loudness = 1
})
afterEach(() => {
  leave()
  vi.useRealTimers()
})

test('joins, speaks, and a missing camera is no fault', async () => {
  await start()
  expect(phases()).toEqual(['joining', 'connected'])
  expect(now()).toMatchObject({ mic: true, blocked: false })
})

test('tries again ever more slowly, with the newest token, until it is in', async () => {
  world.connect = async () => {
    throw new Error('refused')
  }
  await start()
  for (const [i, pause] of [...backOff, backOff.at(-1) as number].entries()) {
    expect(world.rooms).toHaveLength(i + 1)
    await vi.advanceTimersByTimeAsync(pause - 1)
    expect(world.rooms).toHaveLength(i + 1)
    await vi.advanceTimersByTimeAsync(1)
  }
  expect(phases()).toEqual(['joining', 'failed'])
  token = 'second'
  world.connect = async () => {}
  await vi.advanceTimersByTimeAsync(5000)
  expect(now()?.phase).toBe('connected')
  expect(room().connect).toHaveBeenCalledWith('ws://there', 'second')
})

test('a room that drops it is joined again', async () => {
  await start()
  room().emit('Disconnected')
  expect(now()?.phase).toBe('reconnecting')
  await vi.advanceTimersByTimeAsync(backOff[0] as number)
  expect(phases()).toEqual(['joining', 'connected', 'reconnecting', 'connected'])
  expect(world.rooms).toHaveLength(2)
})

test('a voice of the old room does not stay beside the new one', async () => {
  await start()
  const voice = document.createElement('audio')
  room().emit('TrackSubscribed', { kind: 'audio', attach: () => voice })
  expect(voice.isConnected).toBe(true)
  room().emit('Disconnected')
  expect(voice.isConnected).toBe(false)
})

test('a short break that LiveKit mends itself is shown and makes no second room', async () => {
  await start()
  room().emit('Reconnecting')
  room().emit('Reconnected')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(phases()).toEqual(['joining', 'connected', 'reconnecting', 'connected'])
  expect(world.rooms).toHaveLength(1)
})

test('another page of the same kiosk keeps the place', async () => {
  await start()
  room().emit('Disconnected', 'DUPLICATE_IDENTITY')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(now()?.phase).toBe('elsewhere')
  expect(world.rooms).toHaveLength(1)
})

test('a missing microphone is told, and taken up when it appears', async () => {
  world.microphone = async () => {
    throw new Error('no microphone')
  }
  await start()
  expect(now()).toMatchObject({ phase: 'connected', mic: false })
  world.microphone = async () => {}
  await vi.advanceTimersByTimeAsync(micAgain)
  expect(now()?.mic).toBe(true)
})

test('a microphone that is pulled out in mid-talk is told', async () => {
  await start()
  room().emit('LocalTrackUnpublished', { source: 'microphone' })
  expect(now()?.mic).toBe(false)
  await vi.advanceTimersByTimeAsync(micAgain)
  expect(now()?.mic).toBe(true)
})

test('a touch unlocks withheld sound', async () => {
  await start()
  room().canPlaybackAudio = false
  room().emit('AudioPlaybackStatusChanged')
  expect(now()?.blocked).toBe(true)
  dispatchEvent(new Event('pointerdown'))
  expect(room().startAudio).toHaveBeenCalled()
})

test('leaving leaves, also while joining, and nothing is told afterwards', async () => {
  let connected = () => {}
  world.connect = () =>
    new Promise((resolve) => {
      connected = resolve
    })
  await start()
  leave()
  leave()
  connected()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(phases()).toEqual(['joining'])
  expect(room().disconnect).toHaveBeenCalled()
  expect(world.rooms).toHaveLength(1)
})

test.each(['ROOM_DELETED', 'PARTICIPANT_REMOVED', 'ROOM_CLOSED'])(
  'a talk that the server ended (%s) is not asked for again before there is news',
  async (reason) => {
    await start()
    room().emit('Disconnected', reason)
    expect(now()?.phase).toBe('reconnecting')
    await vi.advanceTimersByTimeAsync(newsWithin - 1)
    expect(world.rooms).toHaveLength(1)
    leave() // the page has heard that it is over
    await vi.advanceTimersByTimeAsync(60_000)
    expect(world.rooms).toHaveLength(1)
  },
)

test('a talk that goes on with another token is joined at once, one without news after a while', async () => {
  await start()
  room().emit('Disconnected', 'ROOM_DELETED')
  token = 'second'
  await vi.advanceTimersByTimeAsync(300)
  expect(room().connect).toHaveBeenCalledWith('ws://there', 'second')
  room().emit('Disconnected', 'ROOM_DELETED')
  await vi.advanceTimersByTimeAsync(newsWithin)
  expect(world.rooms).toHaveLength(3)
})

test('a room that is gone before it was joined waits for news too', async () => {
  world.connect = async () => {
    throw Object.assign(new Error('not found'), { status: 404 })
  }
  await start()
  expect(now()?.phase).toBe('failed')
  await vi.advanceTimersByTimeAsync(newsWithin - 1)
  expect(world.rooms).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(world.rooms).toHaveLength(2)
})

test('a quiet call is not heard here, whoever speaks', async () => {
  loudness = 0
  await start()
  const voice = document.createElement('audio')
  room().emit('TrackSubscribed', { kind: 'audio', attach: () => voice })
  expect(voice.muted).toBe(true)
  loudness = 0.5
  adjust()
  expect(voice).toMatchObject({ muted: false, volume: 0.5 })
})

import type { Room } from 'livekit-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { growAfter, upAfter, voiceAlone } from './thrift.ts'
import { cameraAgain, otherSettles, type Sparing, VoiceFirst } from './voiceFirst.ts'

const second = 1_000
/** The line between two browsers, as their counters tell it. */
const line = { lost: 0, rttMs: 100, blind: false }
let packets = 0
let gone = 0

function stats(): RTCStatsReport {
  if (line.blind) return new Map() as unknown as RTCStatsReport
  packets += 50
  gone += line.lost
  const all = [
    { id: 'o', type: 'outbound-rtp', kind: 'audio', packetsSent: packets },
    {
      id: 'r',
      type: 'remote-inbound-rtp',
      kind: 'audio',
      localId: 'o',
      fractionLost: line.lost / 50,
      roundTripTime: line.rttMs / 1000,
      roundTripTimeMeasurements: packets,
    },
    {
      id: 'i',
      type: 'inbound-rtp',
      kind: 'audio',
      packetsReceived: packets - gone,
      packetsLost: gone,
      totalSamplesReceived: packets * 960,
    },
  ]
  return new Map(all.map((s) => [s.id, s])) as unknown as RTCStatsReport
}

const encoding = { active: true, maxBitrate: 250_000, maxFramerate: 15 } as Record<string, unknown>
const sender = {
  getParameters: () => ({ encodings: [{ ...encoding }] }),
  setParameters: async (p: { encodings: Record<string, unknown>[] }) => {
    Object.assign(encoding, p.encodings[0])
  },
}
const camera = { works: true, on: false }
const theirs = {
  trackSid: 'V1',
  isMuted: false,
  enabled: true,
  quality: -1,
  setEnabled: (on: boolean) => {
    theirs.enabled = on
  },
  setVideoQuality: (q: number) => {
    theirs.quality = q
  },
}
const audio = { track: { getRTCStatsReport: async () => stats() } }
const room = {
  localParticipant: {
    trackPublications: new Map([['A', audio]]),
    getTrackPublication: () => (camera.on ? { track: { sender }, isMuted: false } : undefined),
    setCameraEnabled: vi.fn(async (on: boolean) => {
      if (on && !camera.works) throw new Error('no camera')
      camera.on = on
    }),
  },
  remoteParticipants: new Map([
    [
      'o',
      {
        audioTrackPublications: new Map(),
        videoTrackPublications: new Map([['V', theirs]]),
      },
    ],
  ]),
}
const lk = {
  Track: { Source: { Camera: 'camera' } },
  VideoQuality: { LOW: 0, HIGH: 2 },
} as unknown as ConstructorParameters<typeof VoiceFirst>[1]

let told: Sparing[]
let thrift: VoiceFirst
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)
const now = () => told.at(-1)

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(line, { lost: 0, rttMs: 100, blind: false })
  delete encoding.scaleResolutionDownBy
  Object.assign(encoding, { active: true, maxBitrate: 250_000, maxFramerate: 15 })
  Object.assign(camera, { works: true, on: false })
  Object.assign(theirs, { isMuted: false, enabled: true, quality: -1 })
  room.localParticipant.setCameraEnabled.mockClear()
  told = []
  thrift = new VoiceFirst(room as unknown as Room, lk, (s) => told.push(s))
  thrift.start()
})
afterEach(() => {
  thrift.stop()
  vi.useRealTimers()
})
const grow = () => pass(voiceAlone + growAfter + 2 * second)

test('a talk begins without pictures and without a word about it', async () => {
  expect(theirs.enabled).toBe(false)
  await pass(voiceAlone - 1)
  expect(camera.on).toBe(false)
  expect(told.every((s) => !s.rests)).toBe(true)
})

test('a small picture comes first, then the whole one, in both directions', async () => {
  await pass(voiceAlone)
  expect(camera.on).toBe(true)
  expect(encoding).toMatchObject({ maxBitrate: 60_000, scaleResolutionDownBy: 2 })
  expect(theirs).toMatchObject({ enabled: true, quality: 0 })
  await pass(growAfter + second)
  expect(encoding).toMatchObject({
    maxBitrate: 250_000,
    maxFramerate: 15,
    scaleResolutionDownBy: 1,
  })
  expect(theirs).toMatchObject({ enabled: true, quality: 2 })
})

test('a thin line costs both pictures within three seconds, and it is told why and since when', async () => {
  await grow()
  line.lost = 20
  const began = performance.now()
  await pass(3 * second)
  expect(camera.on).toBe(false)
  expect(theirs.enabled).toBe(false)
  expect(now()).toMatchObject({
    mine: 'none',
    theirs: 'none',
    rests: true,
    why: 'loss',
    byHand: false,
  })
  expect((now()?.since ?? 0) - began).toBeLessThanOrEqual(3 * second)
})

test('the pictures come back by themselves', async () => {
  await grow()
  line.lost = 20
  await pass(5 * second)
  line.lost = 0
  await pass(upAfter + 3 * second)
  expect(camera.on).toBe(true)
  expect(theirs.enabled).toBe(true)
  expect(now()).toMatchObject({ rests: false, since: null })
})

test('pages that learn nothing of the line do nothing', async () => {
  line.blind = true
  line.lost = 40
  await pass(60 * second)
  expect(camera.on).toBe(true)
  expect(now()).toMatchObject({ mine: 'full', theirs: 'full', rests: false })
})

test('a hand switches the pictures off at once, and the line does not switch them on', async () => {
  await grow()
  thrift.byHand(true)
  await pass(0)
  expect(camera.on).toBe(false)
  expect(theirs.enabled).toBe(false)
  await pass(60 * second)
  expect(now()).toMatchObject({ rests: true, why: 'hand', byHand: true })
  thrift.byHand(false)
  await grow()
  expect(now()).toMatchObject({ mine: 'full', theirs: 'full', rests: false })
})

test('a picture that the other side stopped is told, but not before it could have come', async () => {
  theirs.isMuted = true
  await pass(otherSettles)
  expect(now()?.rests).toBe(false)
  await pass(2 * second)
  expect(now()).toMatchObject({ rests: true, why: 'other' })
  theirs.isMuted = false
  await pass(second)
  expect(now()?.rests).toBe(false)
})

test('a picture that the other side does not take is told, and not sent against its wish', async () => {
  await grow()
  encoding.active = false
  await pass(otherSettles + 2 * second)
  expect(now()).toMatchObject({ rests: true, why: 'other' })
  expect(encoding.active).toBe(false)
})

test('a camera that cannot be opened is asked for again, not every second', async () => {
  camera.works = false
  await pass(cameraAgain)
  expect(room.localParticipant.setCameraEnabled).toHaveBeenCalledTimes(1)
  camera.works = true
  await pass(5 * second)
  expect(camera.on).toBe(true)
})

test('after it was stopped nothing is done and nothing told', async () => {
  await grow()
  const before = told.length
  thrift.stop()
  line.lost = 40
  await pass(30 * second)
  expect(camera.on).toBe(true)
  expect(told).toHaveLength(before)
})

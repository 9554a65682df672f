/** Reads from WebRTC's statistics what the thrift of a talk is decided by. */
import type { Measure } from './thrift.ts'

/** As much of an RTCStats as is read here; every browser leaves out some. */
export type Stat = { type: string; id: string } & Record<string, unknown>

/** What the counters said last, by the id of their statistic. */
export type Before = Map<string, Stat>

/** Copies what getStats gave; the report itself may not outlive the call. */
export function statsOf(reports: Iterable<RTCStatsReport | undefined>): Before {
  const all: Before = new Map()
  for (const report of reports) {
    report?.forEach((s: Stat) => {
      all.set(s.id, s)
    })
  }
  return all
}

const num = (s: Stat | undefined, name: string): number => {
  const v = s?.[name]
  return typeof v === 'number' && Number.isFinite(v) ? v : 0
}

/** How much a counter grew. One that is new, or began anew, says nothing yet. */
const grew = (s: Stat, before: Before, name: string) =>
  before.has(s.id) ? Math.max(0, num(s, name) - num(before.get(s.id), name)) : 0

/**
 * What this side sends. The other end tells it how much of the voice came, and
 * counts with that what was sent before: where it has not told anything new,
 * nothing is known.
 */
export function sent(now: Before, before: Before): Measure {
  const m: Measure = { lost: 0, got: 0 }
  let picture = false
  for (const s of now.values()) {
    if (s.type === 'outbound-rtp' && s.kind === 'video')
      picture ||= grew(s, before, 'bytesSent') > 0
    if (s.type !== 'remote-inbound-rtp' || s.kind !== 'audio') continue
    const told = num(s, 'roundTripTimeMeasurements')
    if (told === num(before.get(s.id), 'roundTripTimeMeasurements')) continue
    m.rttMs = Math.max(m.rttMs ?? 0, num(s, 'roundTripTime') * 1000)
    // fractionLost is of the time since the last report: of about these packets.
    const voice = now.get(String(s.localId))
    const packets = voice ? grew(voice, before, 'packetsSent') : 0
    const lost = Math.round(packets * num(s, 'fractionLost'))
    m.lost += lost
    m.got += packets - lost
  }
  if (picture) m.room = roomOf(now)
  return m
}

/** What the browser believes that the line carries; undefined where it does not say. */
function roomOf(now: Before): number | undefined {
  for (const s of now.values()) {
    if (s.type === 'candidate-pair' && s.nominated) {
      return num(s, 'availableOutgoingBitrate') || undefined
    }
  }
  return undefined
}

/** What comes to this side. */
export function received(now: Before, before: Before): Measure {
  const m: Measure = { lost: 0, got: 0 }
  let played = 0
  let invented = 0
  for (const s of now.values()) {
    if (s.type !== 'inbound-rtp' || s.kind !== 'audio') continue
    m.lost += grew(s, before, 'packetsLost')
    m.got += grew(s, before, 'packetsReceived')
    played += grew(s, before, 'totalSamplesReceived')
    // What is invented in a pause of the speaker is silence, and no loss.
    invented += grew(s, before, 'concealedSamples') - grew(s, before, 'silentConcealedSamples')
  }
  if (played > 0) m.invented = Math.max(0, invented) / played
  return m
}

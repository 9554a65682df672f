/**
 * Voice first: how much picture one direction of a talk may have, decided from
 * what is measured on its line. Pure: time comes in, a decision with its reason
 * goes out. A picture is given up quickly and taken up again slowly, each failed
 * try later than the one before: on a line that never carries a picture the
 * tries must not become what breaks the voice.
 *
 * Lines that only lose packets keep their picture: giving it up would not bring
 * back the voice. What counts is loss beyond what Opus mends, and waiting.
 */

/** No picture, a small one, the whole one. */
export type Level = 'none' | 'small' | 'full'

/** Why the picture is what it is. */
export type Why =
  /** The talk has just begun: the voice goes first. */
  | 'begins'
  /** It is well, or it is being tried. */
  | 'well'
  /** Packets of the voice are lost, or come too late to be played. */
  | 'loss'
  /** Packets wait in a queue that the picture fills. */
  | 'delay'
  /** The browser itself reckons that the line carries no picture. */
  | 'no_room'

/** What was measured since the last step; what is not known is left out. */
export interface Measure {
  /** Packets of the voice that were lost, and that came. */
  lost: number
  got: number
  /** Share of the played voice that had to be invented, 0 to 1. */
  invented?: number | undefined
  /** Round trip, milliseconds; only when it was measured anew. */
  rttMs?: number | undefined
  /** What the browser believes that the line carries, bit/s; only while a picture is sent. */
  room?: number | undefined
}

export interface Thrift {
  level: Level
  why: Why
  /** Moment at which the picture was given up last, or the talk began. */
  since: number
  /** Milliseconds without trouble after which one more step is dared. */
  wait: number
  /** There is trouble, or there is none, from the moment `turned` on. */
  bad: boolean
  turned: number
  /** Moment of the last step up; null when it has proved itself. */
  dared: number | null
  /** The shortest round trip of this talk and the last one, milliseconds. */
  leastRtt: number
  rtt: number
  /** The measure before this one, and when it was taken. */
  before: Measure | null
  at: number
}

/** The voice alone has this long at the beginning, milliseconds. */
export const voiceAlone = 2_000
/** On a line that was never in trouble the small picture grows after this long. */
export const growAfter = 4_000
/** Trouble of two measures, a second each, costs a step; timers are not exact. */
export const downAfter = 1_800
/** After a fall it takes this long without trouble until the first step up... */
export const upAfter = 12_000
/** ...and after each step up that failed twice as long, but never longer than this. */
export const upAtMost = 240_000
/** A step up is on trial so long: one measure of trouble ends it, and it has failed. */
export const onTrial = 8_000
/** A picture that stood so long is no try any more: the next fall begins anew. */
export const proved = 60_000

/** Opus and what is sent again hide one lost packet in ten; speech suffers above it. */
export const bearableLoss = 0.12
export const bearableInvented = 0.08
/** Nobody can follow: the picture goes whole. */
export const heavyLoss = 0.25
/** People begin to talk into one another when an answer takes half a second longer. */
export const bearableWaitMs = 400
export const heavyWaitMs = 900
/** What a small picture and its packets need, bit/s. */
export const leastRoom = 60_000
/** In silence Opus sends two or three packets a second: too few for a share. */
export const enoughPackets = 20

export function begin(now: number): Thrift {
  return {
    level: 'none',
    why: 'begins',
    since: now,
    wait: voiceAlone,
    bad: false,
    turned: now,
    dared: null,
    leastRtt: Number.POSITIVE_INFINITY,
    rtt: 0,
    before: null,
    at: now,
  }
}

/** What follows from what was measured since the last step. */
export function step(t: Thrift, now: number, m: Measure): Thrift {
  const rtt = m.rttMs ?? t.rtt
  const leastRtt = Math.min(t.leastRtt, m.rttMs ?? t.leastRtt)
  const trouble = judge(m, t.before, rtt - leastRtt)
  const turned = trouble && !t.bad ? t.at : !trouble && t.bad ? now : t.turned
  const next = { ...t, rtt, leastRtt, before: m, at: now, bad: trouble !== null, turned }
  return trouble ? suffer(next, now, trouble) : thrive(next, now)
}

type Trouble = { why: Why; heavy: boolean }

function judge(m: Measure, before: Measure | null, waits: number): Trouble | null {
  // Light trouble must stand out from chance: in two measures together, and in this one.
  const lost = shareOf(m.lost, m.got)
  const both = shareOf(m.lost + (before?.lost ?? 0), m.got + (before?.got ?? 0))
  const invented = m.invented ?? 0
  if (lost >= heavyLoss || invented >= heavyLoss) return { why: 'loss', heavy: true }
  if (waits >= heavyWaitMs) return { why: 'delay', heavy: true }
  if (lightly(lost, both, bearableLoss)) return { why: 'loss', heavy: false }
  if (lightly(invented, (invented + (before?.invented ?? 0)) / 2, bearableInvented))
    return { why: 'loss', heavy: false }
  if (waits >= bearableWaitMs) return { why: 'delay', heavy: false }
  if (m.room !== undefined && m.room < leastRoom) return { why: 'no_room', heavy: false }
  return null
}

const lightly = (now: number, both: number, bearable: number) =>
  both >= bearable && now >= bearable / 2

const shareOf = (lost: number, got: number) =>
  lost + got < enoughPackets ? 0 : lost / (lost + got)

function suffer(t: Thrift, now: number, { why, heavy }: Trouble): Thrift {
  const failed = t.dared !== null && now - t.dared < onTrial
  if (!failed && now - t.turned < downAfter) return t
  if (t.level === 'none') {
    // The voice suffers by itself: nothing is left to give up, and nothing is dared.
    return t.why === 'begins' ? { ...t, why, since: now, wait: upAfter } : t
  }
  return {
    ...t,
    level: heavy || t.level === 'small' ? 'none' : 'small',
    why,
    since: now,
    wait: failed ? Math.min(upAtMost, Math.max(upAfter, t.wait * 2)) : upAfter,
    bad: false,
    turned: now, // what waits in the line may drain first
    dared: null,
    before: null,
  }
}

function thrive(t: Thrift, now: number): Thrift {
  if (t.dared !== null && now - t.dared >= proved) return { ...t, dared: null, wait: upAfter }
  if (t.level === 'full' || now - t.turned < t.wait) return t
  return {
    ...t,
    level: t.level === 'none' ? 'small' : 'full',
    wait: t.why === 'begins' ? growAfter : t.wait,
    why: 'well',
    turned: now,
    dared: now,
  }
}

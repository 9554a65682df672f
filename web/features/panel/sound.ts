// Which sound belongs to which screen, as data and pure choice. Everything
// lies between 260 and 1050 Hz, where old ears still hear; each sound differs in
// rhythm and direction, not only in pitch, so that it can be told apart by
// somebody who cannot read the sentence.

import type { ScreenName } from './screen.ts'

/** One beep: begins `at` ms after the start, `hz`, lasts `ms`, loudness 0..1. */
export type Note = { at: number; hz: number; ms: number; gain: number }

export type SoundName =
  | 'press'
  | 'received'
  | 'ringing'
  | 'pulse'
  | 'ring'
  | 'answered'
  | 'requeued'
  | 'on_the_way'
  | 'wrap_up'
  | 'ended'
  | 'no_line'
  | 'rating'
  | 'rated'
  | 'practising'
  | 'practised'
  | 'unpractised'

/** The score of each sound. */
export const score: Record<SoundName, Note[]> = {
  // A hard click, then one beep: the key was felt.
  press: [
    { at: 0, hz: 1050, ms: 25, gain: 0.7 },
    { at: 40, hz: 660, ms: 160, gain: 0.6 },
  ],
  // Rising two-tone: it has arrived.
  received: [
    { at: 0, hz: 523, ms: 200, gain: 0.5 },
    { at: 220, hz: 784, ms: 320, gain: 0.5 },
  ],
  // It has arrived, and it rings there.
  ringing: [
    { at: 0, hz: 523, ms: 200, gain: 0.5 },
    { at: 220, hz: 784, ms: 320, gain: 0.5 },
    { at: 700, hz: 440, ms: 180, gain: 0.3 },
    { at: 960, hz: 440, ms: 180, gain: 0.3 },
  ],
  // One quiet beep: it goes on, and nobody has heard it yet.
  pulse: [{ at: 0, hz: 440, ms: 180, gain: 0.14 }],
  // The quiet double ring while somebody's telephone rings.
  ring: [
    { at: 0, hz: 440, ms: 180, gain: 0.14 },
    { at: 260, hz: 440, ms: 180, gain: 0.14 },
  ],
  // A chord: somebody is there.
  answered: [
    { at: 0, hz: 523, ms: 700, gain: 0.25 },
    { at: 0, hz: 659, ms: 700, gain: 0.25 },
    { at: 0, hz: 784, ms: 700, gain: 0.25 },
  ],
  // Down, then up again: it broke, and is being called again.
  requeued: [
    { at: 0, hz: 784, ms: 180, gain: 0.5 },
    { at: 200, hz: 392, ms: 260, gain: 0.5 },
    { at: 560, hz: 523, ms: 180, gain: 0.5 },
    { at: 760, hz: 784, ms: 260, gain: 0.5 },
  ],
  // Quick steps upward: feet coming.
  on_the_way: [
    { at: 0, hz: 523, ms: 120, gain: 0.5 },
    { at: 160, hz: 587, ms: 120, gain: 0.5 },
    { at: 320, hz: 659, ms: 120, gain: 0.5 },
    { at: 480, hz: 784, ms: 120, gain: 0.5 },
    { at: 640, hz: 1047, ms: 300, gain: 0.5 },
  ],
  // Two soft tones downward: the talk is over.
  wrap_up: [
    { at: 0, hz: 659, ms: 240, gain: 0.35 },
    { at: 280, hz: 523, ms: 320, gain: 0.35 },
  ],
  // A slow close on the key-note.
  ended: [
    { at: 0, hz: 784, ms: 220, gain: 0.4 },
    { at: 260, hz: 659, ms: 220, gain: 0.4 },
    { at: 520, hz: 523, ms: 600, gain: 0.4 },
  ],
  // Three long low tones, as a dead telephone line.
  no_line: [
    { at: 0, hz: 262, ms: 450, gain: 0.6 },
    { at: 600, hz: 262, ms: 450, gain: 0.6 },
    { at: 1200, hz: 262, ms: 450, gain: 0.6 },
  ],
  // A question: its voice goes up at the end.
  rating: [
    { at: 0, hz: 523, ms: 260, gain: 0.4 },
    { at: 300, hz: 494, ms: 160, gain: 0.4 },
    { at: 480, hz: 740, ms: 360, gain: 0.4 },
  ],
  // A nod.
  rated: [
    { at: 0, hz: 784, ms: 140, gain: 0.4 },
    { at: 180, hz: 784, ms: 300, gain: 0.4 },
  ],
  // Short and light: a lesson, not an alarm.
  practising: [
    { at: 0, hz: 659, ms: 90, gain: 0.3 },
    { at: 150, hz: 523, ms: 90, gain: 0.3 },
    { at: 300, hz: 659, ms: 90, gain: 0.3 },
  ],
  // A small fanfare: well done.
  practised: [
    { at: 0, hz: 523, ms: 140, gain: 0.45 },
    { at: 160, hz: 523, ms: 140, gain: 0.45 },
    { at: 320, hz: 784, ms: 500, gain: 0.45 },
  ],
  // Two low tones, the second lower: it did not work.
  unpractised: [
    { at: 0, hz: 330, ms: 400, gain: 0.5 },
    { at: 480, hz: 262, ms: 700, gain: 0.5 },
  ],
}

/** How long a sound lasts, in milliseconds. */
export const lengthOf = (name: SoundName) => Math.max(...score[name].map((n) => n.at + n.ms))

const entering: Partial<Record<ScreenName, SoundName>> = {
  sending: 'press',
  received: 'received',
  ringing: 'ringing',
  answered: 'answered',
  requeued: 'requeued',
  on_the_way: 'on_the_way',
  wrap_up: 'wrap_up',
  ended: 'ended',
  no_line: 'no_line',
  unheard: 'no_line',
  rating: 'rating',
  rated: 'rated',
  practising: 'practising',
  practised: 'practised',
  unpractised: 'unpractised',
}

/** Nobody waits for anything here. */
const calm: ReadonlySet<ScreenName> = new Set([
  'idle',
  'starting',
  'ended',
  'cut',
  'broken',
  'rating',
  'rated',
  'practised',
  'unpractised',
])

/**
 * The sound for going from one screen to another, or null. `played` says that
 * this page's own key has already given the press sound, before any screen
 * changed. `gone` is silent unless a call or a press was open: a terminal that
 * restarts at night must not wake the village.
 */
export function entrySound(from: ScreenName, to: ScreenName, played: boolean): SoundName | null {
  if (from === to) return null
  if (to === 'sending' && played) return null
  if (to === 'gone') return calm.has(from) ? null : 'no_line'
  // It was stored before; its own sound repeats from now on.
  if (from === 'received' && to === 'ringing') return null
  if (from === 'ringing' && to === 'received') return null
  // The picture behind a rating and its thanks: it has sounded before, or is no news.
  if (from === 'rated' && (to === 'wrap_up' || to === 'ended')) return null
  return entering[to] ?? null
}

/** A sound that repeats while a screen stays, and its period in milliseconds. */
export type Loop = { sound: SoundName; every: number }

/**
 * A quiet pulse each 3 s, so that a villager on the floor knows it goes on; a
 * double one where somebody's page rings. No line: the dead-line tone each 6 s,
 * which says something else. Nothing while somebody talks.
 */
export function loopFor(name: ScreenName): Loop | null {
  switch (name) {
    case 'sending':
    case 'received':
      return { sound: 'pulse', every: 3000 }
    case 'ringing':
    case 'requeued':
      return { sound: 'ring', every: 3000 }
    case 'no_line':
      return { sound: 'no_line', every: 6000 }
    default:
      return null
  }
}

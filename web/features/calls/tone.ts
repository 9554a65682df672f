import type { Key } from '@/shared/api/schema.ts'

interface Note {
  at: number
  lasts: number
  hertz: number
  loud: number
}

/** Red: two quick rising pairs, hard edges, every 1.6 s. Cannot be overheard. */
const urgent: Note[] = [0, 0.4].flatMap((at) => [
  { at, lasts: 0.16, hertz: 784, loud: 0.5 },
  { at: at + 0.17, lasts: 0.18, hertz: 1175, loud: 0.55 },
])

/** Green: one soft falling chime every 3.2 s. */
const enquiry: Note[] = [
  { at: 0, lasts: 0.7, hertz: 659, loud: 0.32 },
  { at: 0.35, lasts: 1, hertz: 523, loud: 0.32 },
]

const cadence: Record<Key, { notes: Note[]; seconds: number }> = {
  urgent: { notes: urgent, seconds: 1.6 },
  enquiry: { notes: enquiry, seconds: 3.2 },
}

/**
 * One turn of the ringing as samples from -1 to 1, to be looped. Computed, so
 * that there is no file to lose, and looped by the audio thread, so that it
 * rings on evenly while the tab is in the background.
 */
export function ringSamples(key: Key, sampleRate: number): Float32Array<ArrayBuffer> {
  const { notes, seconds } = cadence[key]
  const samples = new Float32Array(Math.round(seconds * sampleRate))
  for (const note of notes) {
    const from = Math.round(note.at * sampleRate)
    const count = Math.round(note.lasts * sampleRate)
    for (let i = 0; i < count && from + i < samples.length; i++) {
      const value = noteAt(note, i / sampleRate) + (samples[from + i] ?? 0)
      samples[from + i] = Math.max(-1, Math.min(1, value))
    }
  }
  return samples
}

function noteAt({ hertz, lasts, loud }: Note, t: number): number {
  const swell = Math.min(1, t / 0.008, (lasts - t) / 0.03) // no clicks
  const wave = Math.sin(2 * Math.PI * hertz * t) + 0.3 * Math.sin(6 * Math.PI * hertz * t)
  return loud * swell * wave * 0.77
}

// Plays the scores of sound.ts with Web Audio: no files, nothing to load, and
// the first beep starts in the same task as the press.

import { type SoundName, score } from './sound.ts'

export type Tones = { play: (name: SoundName) => void; close: () => void }

/** Opens the loudspeaker. Without Web Audio it is silent and never throws. */
export function openTones(): Tones {
  if (typeof AudioContext === 'undefined') return { play: () => {}, close: () => {} }
  const audio = new AudioContext({ latencyHint: 'interactive' })
  // Only matters in the demo's ordinary browser, where sound waits for a gesture.
  const wake = () => void audio.resume().catch(() => {})
  addEventListener('pointerdown', wake, true)
  addEventListener('keydown', wake, true)
  return {
    play(name) {
      if (audio.state === 'suspended') wake()
      for (const note of score[name]) beep(audio, note)
    },
    close() {
      removeEventListener('pointerdown', wake, true)
      removeEventListener('keydown', wake, true)
      void audio.close().catch(() => {})
    },
  }
}

function beep(audio: AudioContext, note: { at: number; hz: number; ms: number; gain: number }) {
  const start = audio.currentTime + note.at / 1000
  const end = start + note.ms / 1000
  const tone = audio.createOscillator()
  const loud = audio.createGain()
  // A triangle carries further than a sine on a kiosk's small loudspeaker.
  tone.type = 'triangle'
  tone.frequency.value = note.hz
  // 5 ms and 30 ms ramps: a bare start or stop crackles.
  loud.gain.setValueAtTime(0, start)
  loud.gain.linearRampToValueAtTime(note.gain, start + 0.005)
  loud.gain.setValueAtTime(note.gain, Math.max(start + 0.005, end - 0.03))
  loud.gain.linearRampToValueAtTime(0, end)
  tone.connect(loud).connect(audio.destination)
  tone.start(start)
  tone.stop(end)
}

/**
 * The kiosk's own sounds: the scores of sound.ts and the prompts of the
 * terminal, both through one Web Audio graph, so that one gate silences all of
 * it at once and one volume holds for all. A new sentence cuts off the old one;
 * it waits until a tone that has just begun is over.
 */
import { lengthOf, type SoundName, score } from './sound.ts'

export type Loudspeaker = {
  play: (name: SoundName) => void
  /** Says prompts one after another, cutting off what is being said; none is silence. */
  say: (prompts: readonly string[]) => void
  /** Something is being said, or is about to be. */
  speaking: () => boolean
  /** Stops everything at once, and lets nothing more out until it is opened again. */
  gate: (open: boolean) => void
  /** 0 to 1. */
  volume: (level: number) => void
  close: () => void
}

const mute: Loudspeaker = {
  play: () => {},
  say: () => {},
  speaking: () => false,
  gate: () => {},
  volume: () => {},
  close: () => {},
}

/** Where a prompt's sound is; a code may lie in a folder. */
export const pathOf = (code: string) =>
  `/prompts/${code.split('/').map(encodeURIComponent).join('/')}`

/** A prompt that does not come is left out: the next one may be the one that helps. */
const fetchWithin = 4000
/** How long a browser may take to let sound out, in milliseconds. */
const wakeWithin = 500

async function load(audio: AudioContext, code: string): Promise<AudioBuffer | null> {
  try {
    const answer = await fetch(pathOf(code), { signal: AbortSignal.timeout(fetchWithin) })
    if (!answer.ok) return null
    return await audio.decodeAudioData(await answer.arrayBuffer())
  } catch {
    return null
  }
}

/** Opens the loudspeaker. Without Web Audio it is silent and never throws. */
export function openLoudspeaker(): Loudspeaker {
  if (typeof AudioContext === 'undefined') return mute
  const audio = new AudioContext({ latencyHint: 'interactive' })
  const master = audio.createGain()
  master.connect(audio.destination)
  // Only matters in the demo's ordinary browser, where sound waits for a gesture.
  const wake = () => void audio.resume().catch(() => {})
  addEventListener('pointerdown', wake, true)
  addEventListener('keydown', wake, true)

  const sounding = new Set<AudioScheduledSourceNode>()
  let isOpen = true
  let toneEnds = 0 // in the audio clock's seconds
  let saying = 0 // counts sentences: an older one gives up
  let busy = false
  let voice: AudioScheduledSourceNode | undefined

  const keep = (source: AudioScheduledSourceNode) => {
    sounding.add(source)
    source.addEventListener('ended', () => sounding.delete(source))
  }
  const cut = () => {
    saying++
    busy = false
    stop(voice)
    voice = undefined
  }

  /** Plays one prompt to its end; another sentence or a closed gate ends it too. */
  function utter(sound: AudioBuffer, at: number): Promise<void> {
    const source = audio.createBufferSource()
    source.buffer = sound
    source.connect(master)
    keep(source)
    voice = source
    return new Promise((resolve) => {
      source.addEventListener('ended', () => resolve())
      source.start(at)
    })
  }

  /** Whether sound comes out; a browser that was just touched needs a moment. */
  async function awake(): Promise<boolean> {
    const patience = new Promise((resolve) => setTimeout(resolve, wakeWithin))
    if (audio.state !== 'running') await Promise.race([audio.resume().catch(() => {}), patience])
    return audio.state === 'running'
  }

  async function sayAll(prompts: readonly string[], mine: number) {
    // What cannot be heard now must not be heard later, out of its time.
    if (!(await awake())) {
      if (mine === saying) busy = false
      return
    }
    const sounds = prompts.map((code) => load(audio, code))
    for (const coming of sounds) {
      const sound = await coming
      if (mine !== saying) return
      if (sound) await utter(sound, Math.max(audio.currentTime, toneEnds))
      if (mine !== saying) return
    }
    busy = false
  }

  return {
    play(name) {
      if (!isOpen) return
      if (audio.state === 'suspended') wake()
      toneEnds = audio.currentTime + lengthOf(name) / 1000
      for (const note of score[name]) keep(beep(audio, master, note))
    },
    say(prompts) {
      cut()
      if (prompts.length === 0 || !isOpen) return
      busy = true
      void sayAll(prompts, saying)
    },
    speaking: () => busy,
    gate(open) {
      isOpen = open
      if (open) return
      cut()
      for (const source of sounding) stop(source)
      sounding.clear()
      toneEnds = 0
    },
    volume(level) {
      master.gain.value = level
    },
    close() {
      cut()
      removeEventListener('pointerdown', wake, true)
      removeEventListener('keydown', wake, true)
      void audio.close().catch(() => {})
    },
  }
}

function stop(source: AudioScheduledSourceNode | undefined) {
  source?.stop()
  source?.disconnect()
}

type Note = { at: number; hz: number; ms: number; gain: number }

function beep(audio: AudioContext, out: AudioNode, note: Note): OscillatorNode {
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
  tone.connect(loud).connect(out)
  tone.start(start)
  tone.stop(end)
  return tone
}

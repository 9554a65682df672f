/**
 * The self-test of loudspeaker and microphone: two tones are played, and the
 * microphone has to hear both of them well above what it heard before. The
 * figures are those of the kiosk without a screen (terminal/voice): a tone has
 * to stand out by `over` dB, and to be louder than a microphone's own noise.
 */

/** The tones in Hz: a pair, so that no hum and no whistle passes for it. */
export const tones = [1000, 700] as const
/** Each at this share of full scale. */
const gain = 0.25
/** dB above the place's own noise at the same pitch. */
export const over = 10
/** dBFS; below it is the noise of the microphone itself. */
export const least = -65
/** Milliseconds of listening before, and of the tone. */
const before = 800
const during = 1200
/** Samples of one look, 0.17 s at 48 kHz: neighbouring pitches are told apart by 6 Hz. */
const block = 8192

export type Outcome = { result: 'passed' | 'failed' | 'skipped'; detail: string }

/** How loud one pitch is among samples from -1 to 1, in dBFS (Goertzel; a full sine is 0). */
export function levelAt(hz: number, samples: ArrayLike<number>, rate: number): number {
  const k = 2 * Math.cos((2 * Math.PI * hz) / rate)
  let one = 0
  let two = 0
  for (let i = 0; i < samples.length; i++) {
    const now = (samples[i] ?? 0) + k * one - two
    two = one
    one = now
  }
  const power = one * one + two * two - k * one * two
  const amplitude = (2 * Math.sqrt(Math.max(0, power))) / Math.max(1, samples.length)
  return Math.max(-120, 20 * Math.log10(amplitude + 1e-9))
}

/** Judges what was heard of each tone, in dBFS, before and while it was played. */
export function judge(noise: readonly number[], heard: readonly number[]): Outcome {
  const good = tones.every((_, i) => {
    const level = heard[i] ?? -120
    return level >= Math.max((noise[i] ?? -120) + over, least)
  })
  const figures = tones.map((hz, i) => {
    return `${hz} Hz ${(noise[i] ?? -120).toFixed(0)} to ${(heard[i] ?? -120).toFixed(0)} dB`
  })
  return {
    result: good ? 'passed' : 'failed',
    detail: `${good ? '' : 'the tone is not heard: '}${figures.join(', ')}`,
  }
}

/** What a missing microphone means: a kiosk that never had one only listens. */
export function judgeMissing(why: string, hadOne: boolean): Outcome {
  if (why !== 'NotFoundError') return { result: 'failed', detail: `microphone: ${why}` }
  return hadOne
    ? { result: 'failed', detail: 'the microphone that was here is gone' }
    : { result: 'skipped', detail: 'this kiosk has never had a microphone' }
}

const shelf = 'huying.kiosk.microphone'
const hadMicrophone = () => {
  try {
    return localStorage.getItem(shelf) !== null
  } catch {
    return true
  }
}
/** Remembers that there is a microphone, so that its loss is a fault. */
export function keepMicrophone() {
  try {
    localStorage.setItem(shelf, 'yes')
  } catch {
    // A full or forbidden store: hadMicrophone then tells a loss all the same.
  }
}

/** Plays and listens; null when it was given up. */
export async function testSound(given: AbortSignal): Promise<Outcome | null> {
  let stream: MediaStream
  try {
    // Echo cancellation would take away just what is to be heard.
    const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
    stream = await navigator.mediaDevices.getUserMedia({ audio: raw })
  } catch (error) {
    return judgeMissing(error instanceof Error ? error.name : String(error), hadMicrophone())
  }
  keepMicrophone()
  const audio = new AudioContext()
  try {
    if (given.aborted) return null
    return await compare(audio, stream, given)
  } finally {
    for (const track of stream.getTracks()) track.stop()
    await audio.close().catch(() => {})
  }
}

async function compare(audio: AudioContext, stream: MediaStream, given: AbortSignal) {
  await Promise.race([audio.resume(), pause(500, given)])
  if (audio.state !== 'running') {
    return { result: 'failed', detail: 'loudspeaker: the browser lets no sound out' } as const
  }
  const ear = audio.createAnalyser()
  ear.fftSize = block
  audio.createMediaStreamSource(stream).connect(ear)
  const noise = await listen(ear, before, given)
  const sources = tones.map((hz) => beep(audio, hz))
  const heard = await listen(ear, during, given)
  for (const source of sources) source.stop()
  return given.aborted ? null : judge(noise, heard)
}

function beep(audio: AudioContext, hz: number): OscillatorNode {
  const tone = audio.createOscillator()
  const loud = audio.createGain()
  tone.frequency.value = hz
  loud.gain.value = gain
  tone.connect(loud).connect(audio.destination)
  tone.start()
  return tone
}

/** The loudest look at each tone within `ms`. */
async function listen(ear: AnalyserNode, ms: number, given: AbortSignal): Promise<number[]> {
  const best = tones.map(() => -120)
  const samples = new Float32Array(ear.fftSize)
  const look = (ear.fftSize / ear.context.sampleRate) * 1000
  for (let at = 0; at < ms && !given.aborted; at += look) {
    await pause(look, given)
    ear.getFloatTimeDomainData(samples)
    tones.forEach((hz, i) => {
      best[i] = Math.max(best[i] ?? -120, levelAt(hz, samples, ear.context.sampleRate))
    })
  }
  return best
}

/** Ends early when it is given up. */
function pause(ms: number, given: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    given.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

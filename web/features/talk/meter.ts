/** What counts as speech: at least this long above this level (hub's rule). */
export const speechMs = 300
export const speechDbfs = -50

/** Pauses between words do not begin the count anew; longer silence does. */
const pauseMs = 1_000

/** Nothing is quieter on a meter. */
export const floorDbfs = -100

/** Level of samples from -1 to 1 in dBFS, root mean square; silence is -100. */
export function levelOf(samples: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += (samples[i] ?? 0) ** 2
  const rms = Math.sqrt(sum / Math.max(1, samples.length))
  return rms === 0 ? floorDbfs : Math.max(floorDbfs, 20 * Math.log10(rms))
}

export interface Heard {
  heardMs: number
  silentMs: number
  /** The loudest level among what was heard. */
  peakDbfs: number
}

export const nothingHeard: Heard = { heardMs: 0, silentMs: 0, peakDbfs: floorDbfs }

/** Adds `forMs` of sound at a level. */
export function hear(so: Heard, dbfs: number, forMs: number): Heard {
  if (dbfs > speechDbfs) {
    return {
      heardMs: so.heardMs + forMs,
      silentMs: 0,
      peakDbfs: Math.max(so.peakDbfs, dbfs),
    }
  }
  const silentMs = so.silentMs + forMs
  return silentMs >= pauseMs ? nothingHeard : { ...so, silentMs }
}

export function isSpeech(heard: Heard): boolean {
  return heard.heardMs >= speechMs
}

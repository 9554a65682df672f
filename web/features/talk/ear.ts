import type { RemoteAudioTrack } from 'livekit-client'
import { audioContext } from '@/shared/ui/sound.ts'
import { floorDbfs, levelOf } from './meter.ts'

/** Measures how loud the villager is. */
export interface Ear {
  /** The level just now in dBFS. */
  level(): number
  close(): void
}

/**
 * Listens to a remote track beside the loudspeaker. Chromium feeds the
 * analyser only while the track is also attached to an element.
 */
export function listenTo(track: RemoteAudioTrack): Ear {
  const audio = audioContext()
  if (!audio) return { level: () => floorDbfs, close: () => {} }
  const source = audio.createMediaStreamSource(new MediaStream([track.mediaStreamTrack]))
  const analyser = audio.createAnalyser()
  analyser.fftSize = 2048 // 43 ms at 48 kHz, about one turn of the meter
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  return {
    level() {
      analyser.getFloatTimeDomainData(samples)
      return levelOf(samples)
    },
    close: () => source.disconnect(),
  }
}

import { useEffect } from 'react'
import type { Key } from '@/shared/api/schema.ts'
import { audioContext, useSoundUnlocked } from '@/shared/ui/sound.ts'
import { ringSamples } from './tone.ts'

/** While somebody talks the ring must not drown the villager. */
const underTalk = 0.12

/**
 * Rings for the key until it is null. `low` keeps it under a conversation.
 * Sound that was locked starts by itself once the context is unlocked.
 */
export function useRinging(key: Key | null, low: boolean): void {
  const unlocked = useSoundUnlocked()
  useEffect(() => {
    const audio = audioContext()
    document.documentElement.dataset.ringing = key && unlocked ? key : 'none'
    if (!key || !unlocked || !audio) return
    const samples = ringSamples(key, audio.sampleRate)
    const buffer = audio.createBuffer(1, samples.length, audio.sampleRate)
    buffer.copyToChannel(samples, 0)
    const source = audio.createBufferSource()
    source.buffer = buffer
    source.loop = true
    const gain = audio.createGain()
    gain.gain.value = low ? underTalk : 1
    source.connect(gain).connect(audio.destination)
    source.start()
    return () => {
      source.stop()
      gain.disconnect()
    }
  }, [key, low, unlocked])
}

// What the villager is told about the voice: pure choice, so that every
// combination can be tested without a room.

import type { Screen } from '@/features/panel/screen.ts'

/** How the room stands, as the kiosk page needs to know it. */
export type Voice = {
  phase: 'off' | 'joining' | 'connected' | 'reconnecting' | 'failed' | 'elsewhere'
  /** False: the others hear nothing of this kiosk. */
  mic: boolean
  /** The browser withholds sound until somebody touches the page. */
  blocked: boolean
  /** The picture rests so that the voice goes on. */
  rests: boolean
}

export type VoiceWords =
  | 'voice_joining'
  | 'voice_failed'
  | 'voice_tap'
  | 'voice_mute'
  | 'voice_elsewhere'
  | 'voice_only'

/**
 * The words that stand in place of the screen's own sentence, or null when the
 * voice is as it should be. Only one is shown: the one that stops the talk
 * first.
 */
export function voiceWords(screen: Screen, voice: Voice): VoiceWords | null {
  if (screen.name !== 'answered' || !screen.media) return null
  switch (voice.phase) {
    case 'off':
    case 'joining':
      return 'voice_joining'
    case 'failed':
    case 'reconnecting':
      return 'voice_failed'
    case 'elsewhere':
      return 'voice_elsewhere'
    case 'connected':
      if (voice.blocked) return 'voice_tap'
      if (!voice.mic) return 'voice_mute'
      return voice.rests ? 'voice_only' : null
  }
}

/**
 * What the terminal is told about the voice: null while the first join is under
 * way, because "no voice" said too early would cost the villager the call.
 */
export function alive(voice: Pick<Voice, 'phase'>, everConnected: boolean): boolean | null {
  if (voice.phase === 'off' || voice.phase === 'elsewhere') return null
  if (voice.phase === 'connected') return true
  if (voice.phase === 'joining' && !everConnected) return null
  return false
}

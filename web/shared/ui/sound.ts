import { useEffect, useSyncExternalStore } from 'react'

/**
 * The page's one AudioContext. Browsers keep it silent until a gesture; the
 * button that starts a shift is that gesture (see unlockSound).
 */
let context: AudioContext | undefined
const listeners = new Set<() => void>()

/** The context, made at first use; undefined where the browser has none. */
export function audioContext(): AudioContext | undefined {
  if (!context && typeof AudioContext === 'function') {
    context = new AudioContext()
    context.addEventListener('statechange', tell)
  }
  return context
}

/** Call it from a click or a key. Resolves to whether sound comes out now. */
export async function unlockSound(): Promise<boolean> {
  const audio = audioContext()
  if (!audio) return false
  try {
    await audio.resume()
  } catch {
    return false
  }
  tell()
  return audio.state === 'running'
}

/** Whether this page can be heard now. */
export function useSoundUnlocked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => context?.state === 'running',
  )
}

/**
 * Unlocks at the first click or key anywhere while `wanted`: after a reload the
 * shift goes on, but the browser asks for a new gesture.
 */
export function useUnlockAtGesture(wanted: boolean): void {
  const unlocked = useSoundUnlocked()
  useEffect(() => {
    if (!wanted || unlocked) return
    const unlock = () => void unlockSound()
    unlock() // some browsers remember the page and need no gesture
    window.addEventListener('pointerdown', unlock)
    window.addEventListener('keydown', unlock)
    return () => {
      window.removeEventListener('pointerdown', unlock)
      window.removeEventListener('keydown', unlock)
    }
  }, [wanted, unlocked])
}

function tell(): void {
  for (const listener of listeners) listener()
}

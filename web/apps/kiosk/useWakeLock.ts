import { useEffect } from 'react'

/** After a refusal (a battery that is low) it is asked for again, in milliseconds. */
const again = 30_000

/** Keeps the screen lit: a dark glass looks like a dead kiosk. */
export function useWakeLock() {
  useEffect(() => {
    if (!('wakeLock' in navigator)) return
    let lock: WakeLockSentinel | null = null
    let asking = false
    let left = false
    const hold = async () => {
      if (left || asking || lock || document.visibilityState !== 'visible') return
      asking = true
      try {
        const fresh = await navigator.wakeLock.request('screen')
        if (left) return void fresh.release().catch(() => {})
        lock = fresh
        // The browser takes it back whenever the page is hidden.
        fresh.addEventListener('release', () => {
          lock = null
          void hold()
        })
      } catch {
        // Refused; the timer asks again.
      } finally {
        asking = false
      }
    }
    void hold()
    const timer = setInterval(() => void hold(), again)
    document.addEventListener('visibilitychange', hold)
    return () => {
      left = true
      clearInterval(timer)
      document.removeEventListener('visibilitychange', hold)
      void lock?.release().catch(() => {})
    }
  }, [])
}

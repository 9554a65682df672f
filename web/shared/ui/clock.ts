import { useSyncExternalStore } from 'react'

/** Four times a second, so that a shown second is never late by more than that. */
const tickMs = 250

let now = performance.now()
let timer: ReturnType<typeof setInterval> | undefined
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (listeners.size === 1) {
    now = performance.now()
    timer = setInterval(tick, tickMs)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

function tick(): void {
  now = performance.now()
  for (const listener of listeners) listener()
}

/**
 * The monotonic time in milliseconds, renewed a few times a second; one timer
 * for the whole page. Keep it in the leaves: whoever calls it renders again.
 */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}

/** As useNow, through a view of it: renders only when the view changes. */
export function useNowAs<T extends string | number>(view: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => view(Math.max(now, 0)))
}

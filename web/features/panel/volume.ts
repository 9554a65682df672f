// How loud the kiosk is, in a few steps that an ear can tell apart. The browser
// keeps it; the machine's own mixer sets what the loudest step is.

/** About 6 dB from step to step: one is clearly heard, five span a quiet room and a market. */
export const steps = [0.0625, 0.125, 0.25, 0.5, 1] as const

const shelf = 'huying.kiosk.volume'
/** As loud as it goes: who did not touch it wants to be sure to hear. */
const loudest = steps.length - 1

const inside = (step: number) => Math.min(loudest, Math.max(0, Math.round(step)))

/** The step that is kept, 0 to 4. */
export function recallStep(store: Pick<Storage, 'getItem'> = localStorage): number {
  try {
    const kept = Number.parseFloat(store.getItem(shelf) ?? '')
    return Number.isFinite(kept) ? inside(kept) : loudest
  } catch {
    return loudest
  }
}

/** Keeps a step and gives it back, within bounds. */
export function keepStep(step: number, store: Pick<Storage, 'setItem'> = localStorage): number {
  try {
    store.setItem(shelf, String(inside(step)))
  } catch {
    // It holds until the page is loaded again.
  }
  return inside(step)
}

/** 0 to 1, for a step. */
export const loudnessOf = (step: number): number => steps[inside(step)] ?? 1

/** No remote word may silence a kiosk: internal/settings has the same bound. */
const leastAsked = 0.2

/** The share, 0.2 to 1, that the hub leaves of the step chosen here. */
export const shareOf = (percent: number | undefined): number =>
  percent ? Math.min(1, Math.max(leastAsked, percent / 100)) : 1

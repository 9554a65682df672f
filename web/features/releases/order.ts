import type { RolloutKiosk } from '@/shared/api/schema.ts'

const failed = ['rolled_back', 'lost', 'refused']
const underWay = ['trying', 'installing', 'waiting', 'fetching', 'offered']

/** What needs a person first, then what moves, then what is waited for, then the rest. */
function rank(kiosk: RolloutKiosk): number {
  const phase = kiosk.phase ?? ''
  if (failed.includes(phase)) return kiosk.excuse ? 3 : 0
  if (underWay.includes(phase)) return 1
  if (kiosk.missing) return 2
  if (phase === 'installed') return 4
  return kiosk.member ? 5 : 6
}

export const hasFailed = (kiosk: RolloutKiosk) => failed.includes(kiosk.phase ?? '')

/** The kiosks of a rollout in the order in which they should be looked at. */
export function inOrder(kiosks: readonly RolloutKiosk[]): RolloutKiosk[] {
  return [...kiosks].sort((a, b) => rank(a) - rank(b) || a.kiosk.localeCompare(b.kiosk))
}

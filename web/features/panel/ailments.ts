// What is wrong with the kiosk itself, as an idle kiosk shows it: pure choice
// from what the terminal tells. A key's own fault is shown on the key.

import type { Fault, Key, Power, View } from './view.ts'

/** One picture each; together with it a few words for the helper. */
export type Ailment = 'no_mic' | 'on_battery' | 'battery_low' | 'unwell'

/** Under this share the battery is low, in percent; the voice speaks of it at the same. */
export const lowBattery = 20

const partOf: Record<Key, string> = { urgent: 'red', enquiry: 'green' }

/** What is wrong with a key: it is held down, or cannot be read. */
export type KeyFault = 'stuck' | 'broken'

export function keyFault(key: Key, faults: readonly Fault[]): KeyFault | null {
  const has = (code: string) => faults.some((f) => f.code === code && f.part === partOf[key])
  if (has('key_unreadable')) return 'broken'
  return has('key_stuck') ? 'stuck' : null
}

const isOfKey = (f: Fault) => f.code === 'key_unreadable' || f.code === 'key_stuck'
const isOfMicrophone = (f: Fault) => f.code === 'test_failed' && f.part === 'sound'

/** What is wrong besides the keys and the line, which have places of their own. */
export function ailmentsOf(view: Pick<View, 'faults' | 'power'>): Ailment[] {
  const { faults, power } = view
  const all: Ailment[] = []
  if (faults.some(isOfMicrophone)) all.push('no_mic')
  const battery = batteryOf(power)
  if (battery) all.push(battery)
  if (faults.some((f) => !isOfKey(f) && !isOfMicrophone(f))) all.push('unwell')
  return all
}

function batteryOf(power: Power | undefined): Ailment | null {
  if (!power || power.mains) return null
  return power.percent >= 0 && power.percent < lowBattery ? 'battery_low' : 'on_battery'
}

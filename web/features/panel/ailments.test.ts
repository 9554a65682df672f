import { expect, test } from 'vitest'
import { ailmentsOf, keyFault } from './ailments.ts'

const fault = (code: string, part?: string) => ({ code, part })

test.each([
  ['nothing', [], undefined, []],
  ['on mains', [], { mains: true, percent: 80 }, []],
  ['on battery', [], { mains: false, percent: 80 }, ['on_battery']],
  ['no mains, and who knows how long', [], { mains: false, percent: -1 }, ['on_battery']],
  ['nearly empty', [], { mains: false, percent: 19 }, ['battery_low']],
  ['deaf', [fault('test_failed', 'sound')], undefined, ['no_mic']],
  ['another test', [fault('test_failed', 'disk')], undefined, ['unwell']],
  ['two others', [fault('journal_slow'), fault('lamp_failed', 'red')], undefined, ['unwell']],
  ['a key', [fault('key_stuck', 'red'), fault('key_unreadable', 'green')], undefined, []],
])('%s', (_, faults, power, want) => {
  expect(ailmentsOf({ faults, power })).toEqual(want)
})

test('a fault of a key belongs to that key; broken is more than stuck', () => {
  const faults = [fault('key_stuck', 'red'), fault('key_unreadable', 'red')]
  expect(keyFault('urgent', faults)).toBe('broken')
  expect(keyFault('urgent', faults.slice(0, 1))).toBe('stuck')
  expect(keyFault('enquiry', faults)).toBeNull()
})

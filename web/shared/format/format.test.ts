import { expect, test } from 'vitest'
import { clock, dayAndTime, roughly, timeOfDay } from './index.ts'

test.each([
  [0, '0:00'],
  [-5, '0:00'],
  [999, '0:00'],
  [7_400, '0:07'],
  [725_000, '12:05'],
  [3_753_000, '1:02:33'],
])('%i ms runs as %s', (ms, text) => expect(clock(ms)).toBe(text))

test('wall times are those of the county, whatever the machine believes', () => {
  expect(timeOfDay('2026-11-21T16:05:09Z')).toBe('00:05:09')
  expect(dayAndTime('2026-11-21T16:05:09Z')).toBe('11-22 00:05')
})

test.each([
  [59_999, 'second', 59],
  [60_000, 'minute', 1],
  [3_600_000, 'hour', 1],
  [172_799_000, 'hour', 47],
  [172_800_000, 'day', 2],
])('%i ms is roughly %s × %i', (ms, unit, count) =>
  expect(roughly(ms as number)).toEqual({ unit, count }),
)

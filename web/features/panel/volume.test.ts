import { expect, test } from 'vitest'
import { keepStep, loudnessOf, recallStep, shareOf, steps } from './volume.ts'

const shelf = (kept: string | null) => ({ getItem: () => kept, setItem: () => {} })

test('who never touched it hears it as loud as it goes', () => {
  expect(loudnessOf(recallStep(shelf(null)))).toBe(1)
  expect(loudnessOf(recallStep(shelf('rubbish')))).toBe(1)
})

test('it stays within its steps, and the softest is still a sound', () => {
  expect(keepStep(-3, shelf(null))).toBe(0)
  expect(keepStep(99, shelf(null))).toBe(steps.length - 1)
  expect(loudnessOf(0)).toBeGreaterThan(0)
  expect(recallStep(shelf('2'))).toBe(2)
})

test('the hub may turn a kiosk down, and never mute it', () => {
  expect([undefined, 0, 100, 50, 20, 1, 400].map(shareOf)).toEqual([1, 1, 1, 0.5, 0.2, 0.2, 1])
})

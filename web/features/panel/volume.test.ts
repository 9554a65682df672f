import { expect, test } from 'vitest'
import { keepStep, loudnessOf, recallStep, steps } from './volume.ts'

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

import { expect, test } from 'vitest'
import { ringSamples } from './tone.ts'

const rate = 8_000
const loudness = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length)

test.each(['urgent', 'enquiry'] as const)(
  '%s is loud, never clips and loops without a click',
  (key) => {
    const samples = ringSamples(key, rate)
    expect(loudness(samples)).toBeGreaterThan(0.05)
    expect(samples.every((s) => s > -1 && s < 1)).toBe(true)
    expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.01)
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01)
  },
)

test('red is heard oftener and louder than green', () => {
  const [red, green] = [ringSamples('urgent', rate), ringSamples('enquiry', rate)]
  expect(red.length).toBeLessThan(green.length)
  expect(loudness(red)).toBeGreaterThan(loudness(green))
})

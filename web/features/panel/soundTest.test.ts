import { expect, test } from 'vitest'
import { judge, judgeMissing, least, levelAt, over, tones } from './soundTest.ts'

const rate = 48_000
const wave = (hz: number, amplitude: number) =>
  Float32Array.from({ length: 8192 }, (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate))

test('a tone is measured at its pitch and hardly beside it', () => {
  expect(levelAt(1000, wave(1000, 0.1), rate)).toBeCloseTo(-20, 0)
  expect(levelAt(1000, wave(700, 0.1), rate)).toBeLessThan(-45)
  expect(levelAt(1000, new Float32Array(8192), rate)).toBe(-120)
})

test('both tones must stand out of the noise', () => {
  expect(judge([-70, -70], [-40, -40]).result).toBe('passed')
  expect(judge([-70, -70], [-40, -70 + over - 1]).result).toBe('failed')
  expect(judge([-70, -70], [-70, -40]).result).toBe('failed')
})

test('what is below the noise of a microphone itself is not heard', () => {
  expect(judge([-110, -110], [least - 1, least - 1]).result).toBe('failed')
})

test('a loud room does not pass for a tone', () => {
  expect(judge([-20, -22], [-18, -20]).result).toBe('failed')
})

test('the figures travel with the result, also when it is failed', () => {
  const { detail } = judge([-70, -71], [-40, -69])
  expect(detail).toContain(`${tones[0]} Hz -70 to -40 dB`)
  expect(detail).toContain(`${tones[1]} Hz -71 to -69 dB`)
  expect(detail.length).toBeLessThan(160)
})

test('a kiosk that never had a microphone has nothing to test; one that lost it is faulty', () => {
  expect(judgeMissing('NotFoundError', false).result).toBe('skipped')
  expect(judgeMissing('NotFoundError', true).result).toBe('failed')
  expect(judgeMissing('NotAllowedError', false).result).toBe('failed')
})

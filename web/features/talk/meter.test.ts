import { expect, test } from 'vitest'
import { floorDbfs, hear, isSpeech, levelOf, nothingHeard } from './meter.ts'

const play = (levels: [dbfs: number, ms: number][]) =>
  levels.reduce((so, [dbfs, ms]) => hear(so, dbfs, ms), nothingHeard)

test('a full sine is -3 dBFS, silence is the floor', () => {
  const sine = Array.from({ length: 4800 }, (_, i) => Math.sin((2 * Math.PI * i) / 48))
  expect(levelOf(sine)).toBeCloseTo(-3.01, 1)
  expect(levelOf(sine.map((s) => s / 100))).toBeCloseTo(-43.01, 1)
  expect(levelOf(new Float32Array(128))).toBe(floorDbfs)
  expect(levelOf([])).toBe(floorDbfs)
})

test('300 ms above the line is speech, less is not', () => {
  expect(isSpeech(play([[-30, 299]]))).toBe(false)
  expect(isSpeech(play([[-30, 300]]))).toBe(true)
})

test('a line without sound never becomes speech', () => {
  expect(isSpeech(play([[-50, 60_000]]))).toBe(false)
  expect(isSpeech(play([[floorDbfs, 60_000]]))).toBe(false)
})

test('words with short pauses add up; knocks far apart do not', () => {
  const words: [number, number][] = [
    [-30, 150],
    [-70, 900],
    [-28, 150],
  ]
  expect(isSpeech(play(words))).toBe(true)
  expect(play(words).peakDbfs).toBe(-28)
  const knocks: [number, number][] = [
    [-20, 150],
    [-70, 1000],
    [-20, 150],
  ]
  expect(isSpeech(play(knocks))).toBe(false)
})

import { expect, test } from 'vitest'
import type { Screen } from '@/features/panel/screen.ts'
import { alive, type Voice, voiceWords } from './voice.ts'

const screen: Screen = {
  name: 'answered',
  key: 'urgent',
  held: false,
  answerer: null,
  media: { url: 'ws://127.0.0.1:1', token: 't' },
  phones: [],
  silent: false,
  dark: false,
}
const well: Voice = { phase: 'connected', mic: true, blocked: false, rests: false }

test('a voice that flows says nothing of itself', () => {
  expect(voiceWords(screen, well)).toBeNull()
})

test.each<[string, Partial<Voice>]>([
  ['voice_joining', { phase: 'off' }],
  ['voice_joining', { phase: 'joining' }],
  ['voice_failed', { phase: 'failed' }],
  ['voice_failed', { phase: 'reconnecting' }],
  ['voice_elsewhere', { phase: 'elsewhere' }],
  ['voice_tap', { blocked: true, mic: false }],
  ['voice_mute', { mic: false }],
  ['voice_mute', { mic: false, rests: true }],
  ['voice_only', { rests: true }],
])('%s for %o', (words, change) => {
  expect(voiceWords(screen, { ...well, ...change })).toBe(words)
})

test('nothing is said of the voice before and after the talk', () => {
  const failed: Voice = { ...well, phase: 'failed' }
  expect(voiceWords({ ...screen, name: 'received' }, failed)).toBeNull()
  expect(voiceWords({ ...screen, media: null }, failed)).toBeNull()
})

test('the terminal hears of no voice only once a join has failed or broken', () => {
  expect(alive({ ...well, phase: 'off' }, false)).toBeNull()
  expect(alive({ ...well, phase: 'joining' }, false)).toBeNull()
  expect(alive(well, true)).toBe(true)
  expect(alive({ ...well, phase: 'failed' }, false)).toBe(false)
  expect(alive({ ...well, phase: 'reconnecting' }, true)).toBe(false)
  expect(alive({ ...well, phase: 'elsewhere' }, true)).toBeNull()
})

import { expect, test } from 'vitest'
import { viewOf } from './fixtures.ts'
import { begin, reduce } from './screen.ts'
import { clicksAtOnce } from './usePanel.ts'
import { newWords } from './useSounds.ts'
import type { View } from './view.ts'

test('words are said once, when their number changes', () => {
  const say = { n: 3, prompts: ['received'] }
  expect(newWords(2, say)).toEqual(['received'])
  expect(newWords(3, say)).toBeNull()
})

test('no words under a new number are silence at once', () => {
  expect(newWords(3, { n: 4, prompts: [] })).toEqual([])
})

test('a page that was just loaded does not repeat what was said before it', () => {
  expect(newWords(null, { n: 3, prompts: ['received'] })).toBeNull()
})

test('a terminal that restarted counts from the beginning', () => {
  expect(newWords(7, undefined)).toEqual([])
  expect(newWords(0, { n: 1, prompts: ['ready'] })).toEqual(['ready'])
})

test('a red key sounds the moment it goes down, a green one that opens a call does not', () => {
  const model = (change: Partial<View>) => reduce(begin([]), { type: 'view', view: viewOf(change) })
  expect(clicksAtOnce(model({}), 'urgent')).toBe(true)
  expect(clicksAtOnce(model({}), 'enquiry')).toBe(false)
  expect(clicksAtOnce(model({ state: 'received' }), 'enquiry')).toBe(true)
  expect(clicksAtOnce(model({ state: 'rating' }), 'urgent')).toBe(false)
  expect(clicksAtOnce(model({ state: 'received', quiet: true }), 'urgent')).toBe(false)
})

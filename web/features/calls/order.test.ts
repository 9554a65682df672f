import { expect, test } from 'vitest'
import type { Call } from '@/shared/api/schema.ts'
import { call, li, niutian, zhang } from '@/shared/live/fixtures.ts'
import { firstToAnswer, inOrder, mine, speechNeeded } from './order.ts'

const heard = (id: string, change: Partial<Call>, heardAt = 1_000) => ({
  ...call({ id, ...change }),
  heardAt,
})
const ids = (calls: { id: string }[]) => calls.map(({ id }) => id).join(' ')

test('ringing first, red first, oldest first, whenever each was heard', () => {
  const calls = [
    heard('talking', { phase: 'talking', waiting_ms: 99_000 }),
    heard('green-old', { key: 'enquiry', waiting_ms: 60_000 }),
    heard('red-new', { waiting_ms: 1_000 }),
    heard('red-old', { waiting_ms: 2_000 }, 500), // 2.5 s by now
    heard('red-older', { phase: 'claiming', waiting_ms: 9_000 }, 9_000), // 1 s at 1,000
    heard('green-new', { key: 'enquiry', waiting_ms: 0 }),
  ]
  const order = 'red-old red-new red-older green-old green-new talking'
  expect(ids(inOrder(calls))).toBe(order)
  expect(ids(inOrder(calls.toReversed()))).toBe(order)
})

test('F2 takes the first that may be answered, not the first', () => {
  const calls = inOrder([
    heard('claimed', { phase: 'claiming', may: [], waiting_ms: 9_000 }),
    heard('free', { waiting_ms: 1_000 }),
  ])
  expect(firstToAnswer(calls)?.id).toBe('free')
  expect(firstToAnswer([])).toBeUndefined()
})

test('mine is what I ask for, talk in or owe an outcome for', () => {
  const byMe = { person: zhang, site: niutian }
  const calls = [
    heard('a', { phase: 'claiming', claimer: zhang }),
    heard('b', { phase: 'talking', answerer: byMe }),
    heard('c', { phase: 'wrap_up', answerer: byMe }),
    heard('d', { phase: 'ringing', answerer: byMe }), // cut off: it is everybody's again
    heard('e', { phase: 'talking', answerer: { person: li, site: niutian } }),
    heard('f', { phase: 'claiming', claimer: li }),
  ]
  expect(ids(mine(calls, zhang))).toBe('a b c')
})

test('only a red call without speech and without a visit is held open', () => {
  expect(speechNeeded(call())).toBe(true)
  expect(speechNeeded(call({ spoke: true }))).toBe(false)
  expect(speechNeeded(call({ attended_by: '曾某' }))).toBe(false)
  expect(speechNeeded(call({ key: 'enquiry' }))).toBe(false)
})

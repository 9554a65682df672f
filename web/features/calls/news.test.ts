import { expect, test } from 'vitest'
import type { Call, Snapshot } from '@/shared/api/schema.ts'
import { enter } from '@/shared/live/book.ts'
import { call, lean, li, niutian, snapshot, wang, zhang } from '@/shared/live/fixtures.ts'
import type { Book } from '@/shared/live/index.ts'
import { follow, nothingFollowed } from './news.ts'

function book(calls: Call[], change: Partial<Snapshot> = {}): Book {
  const entry = enter(null, snapshot({ calls, ...change }), 0)
  if (!('book' in entry)) throw new Error(entry.refused)
  return entry.book
}

/** The news of the last of several states. */
function lastNews(...states: Call[]) {
  let so = nothingFollowed
  let last: string[] = []
  for (const state of states) {
    const { next, news } = follow(so, book([state]))
    so = next
    last = news.map((n) => n.kind)
  }
  return last
}

const ringing = call()
const byLi = { person: li, site: niutian }

test('the first sight of a call is no news', () => {
  expect(lastNews(ringing)).toEqual([])
  expect(lastNews(call({ phase: 'talking', rings_me: false, answerer: byLi }))).toEqual([])
})

test('a colleague answers, though it stopped ringing here while he asked for it', () => {
  const claiming = call({ phase: 'claiming', rings_me: false, claimer: li })
  const talking = call({ phase: 'talking', rings_me: false, answerer: byLi })
  expect(lastNews(ringing, talking)).toEqual(['answered_elsewhere'])
  expect(lastNews(ringing, claiming, talking)).toEqual(['answered_elsewhere'])
})

test('what never rang here is no news here', () => {
  const quiet = call({ rings_me: false })
  const talking = call({ phase: 'talking', rings_me: false, answerer: byLi })
  expect(lastNews(quiet, talking)).toEqual([])
})

test('the county answers what also rang here', () => {
  const county = { person: wang, site: lean }
  const talking = call({ phase: 'talking', rings_me: false, answerer: county })
  expect(lastNews(ringing, talking)).toEqual(['answered_elsewhere'])
})

test('my own answer is no news, a failed one is', () => {
  const claiming = call({ phase: 'claiming', rings_me: false, claimer: zhang })
  const mine = { person: zhang, site: niutian }
  expect(lastNews(ringing, claiming, call({ phase: 'talking', answerer: mine }))).toEqual([])
  expect(lastNews(ringing, claiming, ringing)).toEqual(['claim_failed'])
  expect(lastNews(ringing, claiming, call({ phase: 'claiming', claimer: li }))).toEqual([
    'claimed_elsewhere',
  ])
})

test('a conversation that was cut off rings again, and again counts as rung', () => {
  const talking = call({ phase: 'talking', rings_me: false, answerer: byLi })
  const again = call({ requeued: 1 })
  expect(lastNews(ringing, talking, again)).toEqual(['rings_again'])
  expect(lastNews(ringing, talking, again, { ...talking, requeued: 1 })).toEqual([
    'answered_elsewhere',
  ])
})

import { expect, test } from 'vitest'
import { quiet } from './fixtures.ts'
import { parseView, states } from './view.ts'

test('every state of the terminal is read', () => {
  for (const state of states) {
    expect(parseView(JSON.stringify({ ...quiet, state }))?.state).toBe(state)
  }
})

test.each([
  ['not JSON', '{'],
  ['no object', '[]'],
  ['null', 'null'],
  ['no number', '{"state":"idle"}'],
  ['a state that does not exist', '{"seq":1,"state":"asleep"}'],
])('%s is not a view', (_, data) => {
  expect(parseView(data)).toBeNull()
})

test('what is missing or of the wrong kind counts as absent, the rest is kept', () => {
  const view = parseView(
    JSON.stringify({
      seq: 3,
      state: 'answered',
      key: 'blue',
      answerer: '张三',
      media: { url: 'ws://127.0.0.1:1' },
      phones: [{ label: '急救', number: '120' }, { label: '无号' }, 7],
    }),
  )
  expect(view).toMatchObject({ seq: 3, state: 'answered', home: false, demo_keys: false })
  expect(view?.key).toBeUndefined()
  expect(view?.answerer).toBeUndefined()
  expect(view?.media).toBeUndefined()
  expect(view?.phones).toEqual([{ label: '急救', number: '120' }])
})

test('faults, power, test and words of the terminal are read', () => {
  const view = parseView(
    JSON.stringify({
      ...quiet,
      answerer: { name: 'a', post: 'b', site: 'c', photo: '//elsewhere/x.png' },
      faults: [{ code: 'key_stuck', part: 'red' }, { part: 'green' }, 3],
      power: { mains: false, percent: 40 },
      test: { name: 'media', media: { url: 'ws://127.0.0.1:1', token: 't' } },
      say: { n: 4, prompts: ['answerer/operator', 7, ''] },
    }),
  )
  expect(view?.faults).toEqual([{ code: 'key_stuck', part: 'red' }])
  expect(view?.power).toEqual({ mains: false, percent: 40 })
  expect(view?.test).toEqual({ name: 'media', media: { url: 'ws://127.0.0.1:1', token: 't' } })
  expect(view?.say).toEqual({ n: 4, prompts: ['answerer/operator'] })
  expect(view?.answerer?.photo, 'a kiosk asks nobody else for anything').toBeUndefined()
})

test('a test that cannot be made is none', () => {
  expect(parseView(JSON.stringify({ ...quiet, test: { name: 'media' } }))?.test).toBeUndefined()
  expect(parseView(JSON.stringify({ ...quiet, test: { name: 'dance' } }))?.test).toBeUndefined()
})

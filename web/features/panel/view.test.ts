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

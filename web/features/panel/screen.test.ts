import { describe, expect, test } from 'vitest'
import { quiet, viewOf } from './fixtures.ts'
import { begin, type Model, type PanelEvent, reduce, screenOf } from './screen.ts'
import { states } from './view.ts'

const after = (...events: PanelEvent[]): Model => events.reduce(reduce, begin([]))
const screen = (...events: PanelEvent[]) => screenOf(after(...events))
const says = (change: Parameters<typeof viewOf>[0]): PanelEvent => ({
  type: 'view',
  view: viewOf(change),
})
const idle = says({})
const press: PanelEvent = { type: 'press', key: 'urgent' }
const lost: PanelEvent = { type: 'lost' }
const unheard: PanelEvent = { type: 'unheard' }

test('each state of the terminal is its own screen', () => {
  for (const state of states) expect(screen(says({ state })).name).toBe(state)
})

describe('a press on this page', () => {
  test('is shown before the terminal answers', () => {
    expect(screen(idle, press)).toMatchObject({ name: 'sending', key: 'urgent' })
  })

  test('outlives an idle view that was under way', () => {
    expect(screen(idle, press, says({ seq: 2 })).name).toBe('sending')
  })

  test('gives way to the call', () => {
    const events = [idle, press, says({ state: 'received', key: 'urgent' })]
    expect(screen(...events).name).toBe('received')
    expect(screen(...events, idle).name).toBe('idle')
  })

  test('opens a new call while the last one is still shown as ended', () => {
    expect(screen(says({ state: 'ended' }), press).name).toBe('sending')
  })

  test('does not change the screen of an open call', () => {
    const answered = says({ state: 'answered', key: 'enquiry' })
    expect(screen(answered, press)).toMatchObject({ name: 'answered', key: 'enquiry' })
  })

  test('that the terminal does not take sends to the telephone', () => {
    expect(screen(idle, press, unheard).name).toBe('unheard')
  })

  test('that was given up is shown when it arrives after all', () => {
    expect(screen(idle, press, unheard, says({ state: 'sending' })).name).toBe('sending')
  })

  test('tried once more is shown again', () => {
    expect(screen(idle, press, unheard, press).name).toBe('sending')
  })

  test('refused during an open call changes nothing', () => {
    expect(screen(says({ state: 'answered' }), press, unheard, idle).name).toBe('idle')
  })
})

describe('a terminal that does not speak', () => {
  test('is shown, and the next view ends it', () => {
    expect(screen(idle, lost).name).toBe('gone')
    expect(screen(idle, lost, idle).name).toBe('idle')
  })

  test('is shown from the start, with the numbers of the last run', () => {
    const phones = [{ label: '急救', number: '120' }]
    expect(screenOf(reduce(begin(phones), lost))).toMatchObject({ name: 'gone', phones })
  })

  test('a press does not pretend that it was sent', () => {
    expect(screen(idle, lost, press)).toMatchObject({ name: 'gone', key: null })
    expect(screen(idle, lost, press, idle).name).toBe('idle')
  })

  test('does not cut the voice, which goes another way', () => {
    const media = { url: 'ws://127.0.0.1:1', token: 't' }
    expect(screen(says({ state: 'answered', media }), lost).media).toEqual(media)
  })

  test('forgets an unheard press when it comes back', () => {
    expect(screen(idle, press, unheard, lost, idle).name).toBe('idle')
  })
})

test('an idle kiosk without any line says so before somebody needs it', () => {
  expect(screen(says({ home: false, county: false })).name).toBe('cut')
  expect(screen(says({ home: false })).name).toBe('idle')
})

test('an empty list of phones does not wipe the last one', () => {
  expect(screen(idle, says({ phones: [] })).phones).toEqual(quiet.phones)
})

test('who answered and which key are shown only while the terminal says so', () => {
  const answerer = { name: '张三', post: '接线员', site: '牛田镇' }
  const answered = says({ state: 'answered', key: 'urgent', answerer })
  expect(screen(answered)).toMatchObject({ answerer, key: 'urgent' })
  expect(screen(answered, lost)).toMatchObject({ answerer: null, key: null })
  expect(screen(says({ state: 'ended', key: 'urgent' })).key).toBeNull()
})

describe('silence', () => {
  const silent = (...events: PanelEvent[]) => screen(...events).silent
  test('from the first moment of a green press, which may be a quiet call', () => {
    expect(silent(idle, { type: 'press', key: 'enquiry' })).toBe(true)
    expect(silent(idle, press)).toBe(false)
  })

  test('while the terminal has not decided what a press is for', () => {
    expect(silent(says({ state: 'sending', key: 'enquiry', down: true }))).toBe(true)
    expect(silent(says({ state: 'sending', key: 'enquiry' }))).toBe(false)
  })

  test('and darkness through a whole quiet call, also while the terminal is away', () => {
    const quietly = says({ state: 'answered', quiet: true })
    expect(screen(quietly)).toMatchObject({ silent: true, dark: true })
    expect(screen(quietly, lost)).toMatchObject({ silent: true, dark: true })
    expect(screen(quietly, idle)).toMatchObject({ silent: false, dark: false })
  })

  test('a key that hung when the terminal died does not silence that it is gone', () => {
    expect(silent(says({ state: 'sending', down: true }), lost)).toBe(false)
  })
})

test('a press during a rating is for the terminal to judge', () => {
  expect(screen(says({ state: 'rating' }), press).name).toBe('rating')
  expect(screen(says({ state: 'rated', key: 'urgent' }), press).name).toBe('sending')
  expect(screen(says({ state: 'practised' }), press).name).toBe('sending')
})

test('the key that rated is shown, the keys that practised are not', () => {
  expect(screen(says({ state: 'rated', key: 'urgent' })).key).toBe('urgent')
  expect(screen(says({ state: 'practised', key: 'enquiry' })).key).toBeNull()
  expect(screen(says({ state: 'rating', key: 'urgent' })).key, 'it asks anew').toBeNull()
})

test('both keys dead send to the telephone; one leaves the other', () => {
  const dead = (...parts: string[]) =>
    says({ faults: parts.map((part) => ({ code: 'key_unreadable', part })) })
  expect(screen(dead('red', 'green')).name).toBe('broken')
  expect(screen(dead('red')).name).toBe('idle')
  const stuckToo = [
    { code: 'key_unreadable', part: 'red' },
    { code: 'key_stuck', part: 'green' },
  ]
  expect(screen(says({ faults: stuckToo })).name).toBe('broken')
})

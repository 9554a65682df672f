import { expect, test } from 'vitest'
import type { ScreenName } from './screen.ts'
import { entrySound, loopFor, score } from './sound.ts'
import { states } from './view.ts'

const all: ScreenName[] = [...states, 'starting', 'cut', 'broken', 'unheard', 'gone']

test('each state but idle has a sound of its own', () => {
  const sounds = states.filter((s) => s !== 'idle').map((s) => entrySound('starting', s, false))
  expect(sounds).not.toContain(null)
  expect(new Set(sounds).size).toBe(sounds.length)
})

test('no two scores are the same in rhythm and direction', () => {
  const shapes = Object.values(score).map((notes) =>
    notes
      .map((n, i) => `${n.at}:${n.ms}:${Math.sign(n.hz - (notes[i - 1]?.hz ?? n.hz))}`)
      .join(' '),
  )
  expect(new Set(shapes).size).toBe(shapes.length)
})

test('every note lies where old ears hear, and none clips', () => {
  for (const note of Object.values(score).flat()) {
    expect(note.hz).toBeGreaterThanOrEqual(260)
    expect(note.hz).toBeLessThanOrEqual(1050)
    expect(note.gain).toBeLessThanOrEqual(1)
  }
})

test('the press begins at once', () => {
  expect(score.press[0]?.at).toBe(0)
})

test('the press sounds once: here, or when the wall key was pressed', () => {
  expect(entrySound('idle', 'sending', true)).toBeNull()
  expect(entrySound('idle', 'sending', false)).toBe('press')
})

test('a screen that stays makes no new sound', () => {
  for (const name of all) expect(entrySound(name, name, false)).toBeNull()
})

test('who waits hears each 3 s whether it rings, quieter than any news', () => {
  for (const name of ['sending', 'received'] as const) {
    expect(loopFor(name)).toEqual({ sound: 'pulse', every: 3000 })
  }
  for (const name of ['ringing', 'requeued'] as const) {
    expect(loopFor(name)).toEqual({ sound: 'ring', every: 3000 })
  }
  expect(score.ring.length).toBe(2 * score.pulse.length)
  const loudest = (notes: { gain: number }[]) => Math.max(...notes.map((n) => n.gain))
  for (const [name, notes] of Object.entries(score)) {
    if (name !== 'pulse' && name !== 'ring')
      expect(loudest(notes)).toBeGreaterThan(loudest(score.pulse))
  }
})

test('a press that was stored says so once, however fast it rings', () => {
  expect(entrySound('sending', 'received', false)).toBe('received')
  expect(entrySound('received', 'ringing', false)).toBeNull()
  expect(entrySound('ringing', 'received', false)).toBeNull()
  expect(entrySound('sending', 'ringing', false)).toBe('ringing')
})

test('nothing repeats while somebody talks or nothing happens', () => {
  for (const name of ['idle', 'answered', 'on_the_way', 'wrap_up', 'ended', 'gone'] as const) {
    expect(loopFor(name)).toBeNull()
  }
})

test('no line repeats as something else than ringing', () => {
  expect(loopFor('no_line')?.sound).toBe('no_line')
})

test('a terminal that restarts at night is silent, one that dies in a call is not', () => {
  for (const quiet of ['idle', 'starting', 'ended', 'cut', 'practised'] as const) {
    expect(entrySound(quiet, 'gone', false)).toBeNull()
  }
  expect(entrySound('received', 'gone', false)).toBe('no_line')
})

import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import { usePress } from './usePress.ts'

function setup() {
  const log: string[] = []
  function Button() {
    const { props } = usePress({ onDown: () => log.push('down'), onUp: () => log.push('up') })
    return (
      <button type="button" {...props}>
        key
      </button>
    )
  }
  const { unmount } = render(<Button />)
  return { log, key: screen.getByRole('button'), unmount }
}

test('a finger: down at the touch, up when it lifts, wherever that is', () => {
  const { log, key } = setup()
  fireEvent.pointerDown(key, { button: 0 })
  expect(log).toEqual(['down'])
  fireEvent.pointerUp(document.body)
  fireEvent.click(key, { detail: 1 })
  expect(log).toEqual(['down', 'up'])
})

test.each([' ', 'Enter'])('the keyboard (%j): one press however long it is held', (name) => {
  const { log, key } = setup()
  fireEvent.keyDown(key, { key: name })
  fireEvent.keyDown(key, { key: name, repeat: true })
  fireEvent.keyUp(key, { key: name })
  expect(log).toEqual(['down', 'up'])
})

test('a bare click of a switch or a screen reader is a whole press', () => {
  const { log, key } = setup()
  fireEvent.click(key, { detail: 0 })
  expect(log).toEqual(['down', 'up'])
})

test.each([
  ['the touch is cancelled', (key: HTMLElement) => fireEvent.pointerCancel(key)],
  ['the window loses the screen', () => fireEvent.blur(window)],
])('%s: never a stuck key', (_, lose) => {
  const { log, key } = setup()
  fireEvent.pointerDown(key, { button: 0 })
  lose(key)
  expect(log).toEqual(['down', 'up'])
})

test('the key goes away while held: never a stuck key', () => {
  const { log, key, unmount } = setup()
  fireEvent.pointerDown(key, { button: 0 })
  unmount()
  expect(log).toEqual(['down', 'up'])
})

test('the other mouse buttons do not press', () => {
  const { log, key } = setup()
  fireEvent.pointerDown(key, { button: 2 })
  expect(log).toEqual([])
})

test('two fingers on two keys: each lifts its own', () => {
  const { log, key } = setup()
  fireEvent.pointerDown(key, { button: 0, pointerId: 7 })
  fireEvent.pointerUp(document.body, { pointerId: 8 })
  fireEvent.blur(key) // the second finger took the focus
  expect(log).toEqual(['down'])
  fireEvent.pointerUp(document.body, { pointerId: 7 })
  expect(log).toEqual(['down', 'up'])
})

// One key of the page as a key of the wall: down while it is held, up when it is
// let go, however that happens. Fingers, mouse, Space, Enter and a screen
// reader's bare click all work.

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'

type Handlers = { onDown: () => void; onUp: () => void }

/** Props for a real <button>, and whether it is held at this moment. */
export function usePress({ onDown, onUp }: Handlers) {
  const [held, setHeld] = useState(false)
  const isDown = useRef(false)
  /** The finger that is on it; another finger, on the other key, must not lift it. */
  const finger = useRef<number | null>(null)
  const latest = useRef({ onDown, onUp })
  latest.current = { onDown, onUp }

  const down = () => {
    if (isDown.current) return
    isDown.current = true
    // Told before anything is drawn: the beep and the POST wait for nothing.
    latest.current.onDown()
    setHeld(true)
  }
  const up = () => {
    if (!isDown.current) return
    isDown.current = false
    finger.current = null
    latest.current.onUp()
    setHeld(false)
  }
  const release = useRef(up)
  release.current = up

  useEffect(() => {
    const letGo = () => release.current()
    const lifted = (e: Event) => {
      if (finger.current === null || (e as globalThis.PointerEvent).pointerId === finger.current) {
        letGo()
      }
    }
    // A finger that slid off, a page that lost the screen: never a stuck key.
    addEventListener('blur', letGo)
    document.addEventListener('visibilitychange', letGo)
    addEventListener('pointerup', lifted)
    addEventListener('pointercancel', lifted)
    return () => {
      removeEventListener('blur', letGo)
      document.removeEventListener('visibilitychange', letGo)
      removeEventListener('pointerup', lifted)
      removeEventListener('pointercancel', lifted)
      letGo()
    }
  }, [])

  const props = {
    onPointerDown: (e: PointerEvent) => {
      if (e.button !== 0) return
      down()
      finger.current = e.pointerId
    },
    onKeyDown: (e: KeyboardEvent) => {
      if ((e.key === ' ' || e.key === 'Enter') && !e.repeat) {
        e.preventDefault()
        down()
      }
    },
    onKeyUp: (e: KeyboardEvent) => {
      if (e.key === ' ' || e.key === 'Enter') up()
    },
    // A second finger takes the focus with it; only what the keyboard holds is let go.
    onBlur: () => {
      if (finger.current === null) up()
    },
    onContextMenu: (e: { preventDefault: () => void }) => e.preventDefault(),
    // A click that no pointer or key made: a switch, a screen reader.
    onClick: (e: { detail: number }) => {
      if (e.detail !== 0 || isDown.current) return
      down()
      up()
    },
  }
  return { held, props }
}

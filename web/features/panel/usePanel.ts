// Ties the parts of the panel together: the stream, the reducer, the sounds and
// the keys. All rules are in screen.ts and sound.ts; this only carries.

import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react'
import { keySender } from './keys.ts'
import { keepPhones, recallPhones } from './phones.ts'
import { begin, type Model, reduce, type Screen, screenOf, takesPress } from './screen.ts'
import type { SoundName } from './sound.ts'
import { listen, type Source } from './stream.ts'
import { useSounds } from './useSounds.ts'
import type { Key, View } from './view.ts'
import { shareOf } from './volume.ts'

/** A press that no view has shown after this long was not heard, in milliseconds. */
const heardWithin = 3000

export type Panel = {
  screen: Screen
  view: View | null
  /** The last sound that was begun; for tests and for support on the telephone. */
  sound: SoundName | null
  /** What was said last, by the prompts' codes. */
  said: string
  /** For the helper's menu, which says how loud it is. */
  say: (prompts: readonly string[]) => void
  down: (key: Key) => void
  up: (key: Key) => void
}

const connect = () => new EventSource('/api/panel') as Source

/**
 * Whether this page's key sounds the moment it goes down. A green key that opens
 * a call does not, for it may ask for a quiet one; a key that rates does not,
 * because the thanks follow.
 */
export function clicksAtOnce(model: Model, key: Key): boolean {
  const { silent, name } = screenOf(model)
  if (silent || name === 'rating') return false
  return key === 'urgent' || !takesPress(model)
}

/** `volume` of all sounds, 0 to 1. */
export function usePanel(volume: number): Panel {
  const [model, dispatch] = useReducer(reduce, undefined, () => begin(recallPhones()))
  const screen = useMemo(() => screenOf(model), [model])
  const { play, say, sound, said, clicked } = useSounds(
    screen,
    model.view,
    volume * shareOf(model.view?.volume),
  )
  const sender = useMemo(() => keySender(), [])
  const now = useRef(model)
  now.current = model

  useEffect(
    () =>
      listen({
        connect,
        onView: (view) => {
          keepPhones(view.phones)
          dispatch({ type: 'view', view })
        },
        onLost: () => dispatch({ type: 'lost' }),
      }),
    [],
  )

  useEffect(() => {
    if (!model.pressed) return
    const timer = setTimeout(() => dispatch({ type: 'unheard' }), heardWithin)
    return () => clearTimeout(timer)
  }, [model.pressed])

  const down = useCallback(
    (key: Key) => {
      if (clicksAtOnce(now.current, key)) {
        play('press')
        clicked.current = takesPress(now.current)
      }
      dispatch({ type: 'press', key })
      void sender.send(key, true).then((taken) => {
        if (taken) return
        // The screen stays as it is when the terminal is already known to be
        // gone, so the answer to the press has to be heard.
        if (now.current.lost) play('no_line')
        dispatch({ type: 'unheard' })
      })
    },
    [play, clicked, sender],
  )
  const up = useCallback((key: Key) => void sender.send(key, false), [sender])

  return { screen, view: model.view, sound, said, say, down, up }
}

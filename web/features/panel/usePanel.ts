// Ties the parts of the panel together: the stream, the reducer, the sounds and
// the keys. All rules are in screen.ts and sound.ts; this only carries.

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react'
import { keySender } from './keys.ts'
import { keepPhones, recallPhones } from './phones.ts'
import { begin, reduce, type Screen, type ScreenName, screenOf, takesPress } from './screen.ts'
import { entrySound, loopFor, type SoundName } from './sound.ts'
import { listen, type Source } from './stream.ts'
import { openTones, type Tones } from './tones.ts'
import type { Key, View } from './view.ts'

/** A press that no view has shown after this long was not heard, in milliseconds. */
const heardWithin = 3000

export type Panel = {
  screen: Screen
  view: View | null
  /** The last sound that was begun; for tests and for support on the telephone. */
  sound: SoundName | null
  down: (key: Key) => void
  up: (key: Key) => void
}

const connect = () => new EventSource('/api/panel') as Source

export function usePanel(): Panel {
  const [model, dispatch] = useReducer(reduce, undefined, () => begin(recallPhones()))
  const screen = useMemo(() => screenOf(model), [model])
  const { play, sound, clicked } = useTones(screen.name)
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
      play('press')
      clicked.current = takesPress(now.current)
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

  return { screen, view: model.view, sound, down, up }
}

/** Plays what belongs to each screen as it comes, and repeats what repeats. */
function useTones(name: ScreenName) {
  const [sound, setSound] = useState<SoundName | null>(null)
  const tones = useRef<Tones | null>(null)
  const before = useRef<ScreenName>('starting')
  const clicked = useRef(false)

  const play = useCallback((wanted: SoundName) => {
    tones.current ??= openTones()
    tones.current.play(wanted)
    setSound(wanted)
  }, [])

  useEffect(() => {
    const wanted = entrySound(before.current, name, clicked.current)
    before.current = name
    clicked.current = false
    if (wanted) play(wanted)
    const loop = loopFor(name)
    if (!loop) return
    const timer = setInterval(() => play(loop.sound), loop.every)
    return () => clearInterval(timer)
  }, [name, play])

  useEffect(
    () => () => {
      tones.current?.close()
      tones.current = null
    },
    [],
  )
  return { play, sound, clicked }
}

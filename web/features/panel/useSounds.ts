// What the kiosk lets be heard: the tone of each screen as it comes, those that
// repeat, and the words that the terminal wants said. Silence wins over all.

import { useCallback, useEffect, useRef, useState } from 'react'
import { type Loudspeaker, openLoudspeaker } from './loudspeaker.ts'
import type { Screen, ScreenName } from './screen.ts'
import { entrySound, loopFor, type SoundName } from './sound.ts'
import type { Say, View } from './view.ts'

export type Sounds = {
  play: (name: SoundName) => void
  say: (prompts: readonly string[]) => void
  /** The last sound that was begun; for tests and for support on the telephone. */
  sound: SoundName | null
  /** What was said last, by the prompts' codes. */
  said: string
  /** The page's own key has already sounded, before any screen changed. */
  clicked: { current: boolean }
}

/** `volume` is 0 to 1. */
export function useSounds(screen: Screen, view: View | null, volume: number): Sounds {
  const { name, silent } = screen
  const [sound, setSound] = useState<SoundName | null>(null)
  const [said, setSaid] = useState('')
  const speaker = useRef<Loudspeaker | null>(null)
  const before = useRef<ScreenName>('starting')
  const clicked = useRef(false)
  const level = useRef(volume)
  level.current = volume

  const open = useCallback(() => {
    if (!speaker.current) {
      speaker.current = openLoudspeaker()
      speaker.current.volume(level.current)
    }
    return speaker.current
  }, [])
  const play = useCallback(
    (wanted: SoundName) => {
      open().play(wanted)
      setSound(wanted)
    },
    [open],
  )
  const say = useCallback(
    (prompts: readonly string[]) => {
      open().say(prompts)
      setSaid(prompts.join(' '))
    },
    [open],
  )

  useEffect(() => speaker.current?.volume(volume), [volume])

  useEffect(() => {
    open().gate(!silent)
    // While it is silent nothing counts as sounded: when a press turns out to
    // be an ordinary one, its tone comes then.
    if (silent) return
    const wanted = entrySound(before.current, name, clicked.current)
    before.current = name
    clicked.current = false
    if (wanted) play(wanted)
    const loop = loopFor(name)
    if (!loop) return
    const timer = setInterval(() => {
      if (!open().speaking()) play(loop.sound)
    }, loop.every)
    return () => clearInterval(timer)
  }, [name, silent, play, open])

  // After the tones above: a sentence waits until its screen's tone is over.
  useSay(view, say)

  useEffect(
    () => () => {
      speaker.current?.close()
      speaker.current = null
    },
    [],
  )
  return { play, say, sound, said, clicked }
}

/** What a new view wants said, or null: go on as you are. `was` is null before the first view. */
export function newWords(was: number | null, now: Say | undefined): string[] | null {
  // A page that has just been loaded does not repeat what was said before it.
  if (was === null || (now?.n ?? 0) === was) return null
  return now?.prompts ?? []
}

function useSay(view: View | null, say: (prompts: readonly string[]) => void) {
  const last = useRef<number | null>(null)
  useEffect(() => {
    if (!view) return
    const words = newWords(last.current, view.say)
    last.current = view.say?.n ?? 0
    if (words) say(words)
  }, [view, say])
}

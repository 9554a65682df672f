import { useEffect, useRef, useState } from 'react'
import { off, type Stay, type SteadyState, stayIn } from './steadyRoom.ts'

type Media = { url: string; token: string }

/**
 * Is in the room while `media` is there. `room` names the room: a new token for
 * the same one is kept for the next try and does not interrupt the talk.
 * `loudness` of the others is 0 (not at all) to 1; what they hear does not depend on it.
 */
export function useSteadyRoom(media: Media | null, room: string, loudness = 1): SteadyState {
  const [state, setState] = useState(off)
  const latest = useRef(media)
  if (media) latest.current = media
  const loud = useRef(loudness)
  loud.current = loudness
  const stay = useRef<Stay | null>(null)
  const url = media?.url ?? null

  // biome-ignore lint/correctness/useExhaustiveDependencies: another room is another stay
  useEffect(() => {
    if (!url) return
    const mine = stayIn({
      where: () => latest.current ?? { url, token: '' },
      onChange: setState,
      loudness: () => loud.current,
    })
    stay.current = mine
    return () => {
      mine.leave()
      stay.current = null
      setState(off)
    }
  }, [url, room])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the level is read where it is used
  useEffect(() => stay.current?.adjust(), [loudness])

  return state
}

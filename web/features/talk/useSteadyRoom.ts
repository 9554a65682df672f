import { useEffect, useRef, useState } from 'react'
import { off, type SteadyState, stayIn } from './steadyRoom.ts'

type Media = { url: string; token: string }

/**
 * Is in the room while `media` is there. `room` names the room: a new token for
 * the same one is kept for the next try and does not interrupt the talk.
 */
export function useSteadyRoom(media: Media | null, room: string): SteadyState {
  const [state, setState] = useState(off)
  const latest = useRef(media)
  if (media) latest.current = media
  const url = media?.url ?? null

  // biome-ignore lint/correctness/useExhaustiveDependencies: another room is another stay
  useEffect(() => {
    if (!url) return
    const leave = stayIn({
      where: () => latest.current ?? { url, token: '' },
      onChange: setState,
    })
    return () => {
      leave()
      setState(off)
    }
  }, [url, room])

  return state
}

import { useEffect, useRef } from 'react'
import { post } from '@/features/panel/keys.ts'
import { alive, type Voice } from './voice.ts'

/** Milliseconds between two words to the terminal that the voice flows. */
const every = 2000

/** Tells the terminal whether the voice flows: at each change, and every 2 s. */
export function useAlive(voice: Pick<Voice, 'phase'>) {
  const connected = useRef(false)
  if (voice.phase === 'off') connected.current = false
  if (voice.phase === 'connected') connected.current = true
  const word = alive(voice, connected.current)

  useEffect(() => {
    if (word === null) return
    const tell = () => void post('/api/media', { alive: word })
    tell()
    const timer = setInterval(tell, every)
    return () => clearInterval(timer)
  }, [word])
}

import { useEffect } from 'react'
import { post } from '@/features/panel/keys.ts'

/** Milliseconds between two words that the page lives; after 20 s of silence it is started anew. */
const every = 5000

/**
 * Tells the terminal that this page lives. It comes from the page's own thread
 * and ends with its drawing: a page that hangs or has crashed falls silent, and
 * whoever watches over the browser starts it anew.
 */
export function useBeat() {
  useEffect(() => {
    const tell = () => void post('/api/alive', {})
    tell()
    const timer = setInterval(tell, every)
    return () => clearInterval(timer)
  }, [])
}

import { useEffect } from 'react'
import { post } from '@/features/panel/keys.ts'
import { testSound } from '@/features/panel/soundTest.ts'
import type { Test } from '@/features/panel/view.ts'
import { tryRoom } from '@/features/talk/tryRoom.ts'

/** The terminal takes at most 256 octets; what is said here is ASCII. */
const longest = 160
const words = (detail: string) => detail.replace(/[^\x20-\x7e]/g, '?').slice(0, longest)

/**
 * Makes the self-test that the terminal asks for, and tells how it ended. A
 * test that is not asked for any more is given up without a word: somebody
 * pressed a key.
 */
export function useSelfTest(test: Test | undefined) {
  const name = test?.name
  const url = test?.name === 'media' ? test.media.url : ''
  const token = test?.name === 'media' ? test.media.token : ''

  useEffect(() => {
    if (!name) return
    const stop = new AbortController()
    const outcome = name === 'sound' ? testSound(stop.signal) : tryRoom({ url, token }, stop.signal)
    outcome
      .catch((error: unknown) => ({ result: 'failed', detail: String(error) }))
      .then((ended) => {
        if (!ended || stop.signal.aborted) return
        return post('/api/test', { name, result: ended.result, detail: words(ended.detail) })
      })
    return () => stop.abort()
  }, [name, url, token])
}

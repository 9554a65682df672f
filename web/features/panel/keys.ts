// Tells the terminal what the demo's on-screen keys do, in the order they did it.

import type { Key } from './view.ts'

export type KeySender = {
  /** Resolves to false when the terminal did not take the event. */
  send: (key: Key, down: boolean) => Promise<boolean>
}

type Post = (path: string, body: unknown) => Promise<boolean>

/** One POST with a bound: a terminal that hangs must show up as one that hangs. */
export async function post(path: string, body: unknown, timeout = 1000): Promise<boolean> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      keepalive: true,
      signal: AbortSignal.timeout(timeout),
    })
    return response.ok
  } catch {
    return false
  }
}

/** Pauses between tries, in milliseconds: together longer than a terminal's restart. */
const pauses = [200, 400, 800, 1200]

/**
 * Sends down and up one after the other, because a release that overtakes its
 * press would be read as a stuck key. A refused event is tried again: the
 * terminal takes levels, not counts, so the same level twice is one press.
 */
export function keySender(tell: Post = post): KeySender {
  let queue: Promise<unknown> = Promise.resolve()
  const tryAll = async (body: unknown) => {
    if (await tell('/api/key', body)) return true
    for (const pause of pauses) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      if (await tell('/api/key', body)) return true
    }
    return false
  }
  return {
    send(key, down) {
      const result = queue.then(() => tryAll({ key, down }))
      queue = result
      return result
    },
  }
}

// The page's one line to its terminal: Server-Sent Events from /api/panel. The
// browser reconnects by itself after a cut, but not after an HTTP error, and
// never says "it has been too long"; both are done here.

import { parseView, type View } from './view.ts'

/** The part of EventSource that is used; tests bring their own. */
export type Source = {
  readyState: number
  onopen: (() => void) | null
  onmessage: ((e: { data: string }) => void) | null
  onerror: (() => void) | null
  close: () => void
}

export type StreamOptions = {
  connect: () => Source
  onView: (view: View) => void
  /** Nothing heard for `lostAfter` ms since the line broke, or since the start. */
  onLost: () => void
  lostAfter?: number
  retryAfter?: number
}

const closed = 2 // EventSource.CLOSED: the browser has given up

/** Starts listening; the returned function stops, and may be called twice. */
export function listen(options: StreamOptions): () => void {
  const { connect, onView, onLost, lostAfter = 3000, retryAfter = 1000 } = options
  let source: Source
  let lastSeq = -1
  let stopped = false
  let lostTimer: ReturnType<typeof setTimeout> | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  const doubt = () => {
    lostTimer ??= setTimeout(() => onLost(), lostAfter)
  }
  const trust = () => {
    clearTimeout(lostTimer)
    lostTimer = undefined
  }

  const open = () => {
    source = connect()
    source.onopen = () => {
      // A terminal that restarted counts from the beginning again.
      lastSeq = -1
    }
    source.onmessage = (e) => {
      const view = parseView(e.data)
      if (!view) {
        console.warn('panel: not a view, kept the last one')
        return
      }
      trust()
      if (view.seq < lastSeq) return
      lastSeq = view.seq
      onView(view)
    }
    source.onerror = () => {
      if (stopped) return
      doubt()
      if (source.readyState !== closed) return // the browser tries again itself
      source.close()
      clearTimeout(retryTimer)
      retryTimer = setTimeout(open, retryAfter)
    }
  }

  doubt()
  open()
  return () => {
    stopped = true
    trust()
    clearTimeout(retryTimer)
    source.close()
  }
}

/**
 * The one module that owns the live socket: a one-time ticket, the connection,
 * snapshot then deltas; a gap or silence means connect again.
 */
import { createContext, useContext, useSyncExternalStore } from 'react'
import { ask } from '../api/client.ts'
import { isSignedOut } from '../api/problem.ts'
import { Line, type Live, type Socket } from './line.ts'

export { type Book, type Heard, sinceMs, waitedMs } from './book.ts'
export { Line, type Live, type LostReason } from './line.ts'

/** A line to the hub that served this page; the caller starts and stops it. */
export function hubLine(): Line {
  return new Line({
    ticket: async () => (await ask('POST', '/api/ticket')).ticket,
    open: (ticket) => new WebSocket(liveUrl(ticket)) as Socket,
    isSignedOut,
  })
}

function liveUrl(ticket: string): string {
  const url = new URL('/live', location.href)
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  url.searchParams.set('ticket', ticket)
  return url.href
}

export const LineContext = createContext<Line | null>(null)

/** What the page knows now; renders again with every change. */
export function useLive(): Live {
  const line = useContext(LineContext)
  if (!line) throw new Error('useLive stands outside of a LineContext')
  return useSyncExternalStore(line.subscribe, line.current)
}

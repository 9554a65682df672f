import type { Call, LiveMessage, Person, Point, Site, Ticket } from '../api/schema.ts'

/** A thing with the moment, on this page's monotonic clock, when it was heard. */
export type Heard<T> = T & { heardAt: number }

/** All that the hub has told this page: a snapshot and the deltas since. */
export interface Book {
  session: string
  seq: number
  me: Person
  onDuty: Person[]
  site: Site
  /** Open calls by id. */
  calls: ReadonlyMap<string, Heard<Call>>
  /** Points by kiosk. */
  points: ReadonlyMap<string, Heard<Point>>
  /** Tickets that are not closed, by id. */
  tickets: ReadonlyMap<string, Heard<Ticket>>
}

/** Why a message cannot be written into the book; each means: connect again. */
export type Refusal = 'no_snapshot' | 'gap' | 'other_session' | 'not_understood'

export type Entry = { book: Book } | { refused: Refusal }

/**
 * Writes one message into the book and returns the new one. `now` is the
 * monotonic time in milliseconds (performance.now) at which it came. Messages
 * that were seen already change nothing.
 */
export function enter(book: Book | null, message: LiveMessage, now: number): Entry {
  if (message.type === 'snapshot') {
    if (book) return { refused: 'other_session' } // one snapshot per socket
    return {
      book: {
        session: message.session,
        seq: message.seq,
        me: message.me,
        onDuty: message.on_duty,
        site: message.site,
        calls: new Map(message.calls.map((call) => [call.id, heard(call, now)])),
        points: new Map(message.points.map((point) => [point.kiosk, heard(point, now)])),
        tickets: new Map((message.tickets ?? []).map((ticket) => [ticket.id, heard(ticket, now)])),
      },
    }
  }
  if (!book) return { refused: 'no_snapshot' }
  if (message.type === 'beat') return message.seq > book.seq ? { refused: 'gap' } : { book }
  if (message.seq <= book.seq) return { book }
  if (message.seq !== book.seq + 1) return { refused: 'gap' }
  return delta({ ...book, seq: message.seq }, message, now)
}

function delta(book: Book, message: LiveMessage, now: number): Entry {
  switch (message.type) {
    case 'call': {
      const calls = new Map(book.calls)
      if (message.call.phase === 'closed') calls.delete(message.call.id)
      else calls.set(message.call.id, heard(message.call, now))
      return { book: { ...book, calls } }
    }
    case 'point': {
      const points = new Map(book.points)
      points.set(message.point.kiosk, heard(message.point, now))
      return { book: { ...book, points } }
    }
    case 'ticket': {
      const tickets = new Map(book.tickets)
      if (message.ticket.phase === 'closed') tickets.delete(message.ticket.id)
      else tickets.set(message.ticket.id, heard(message.ticket, now))
      return { book: { ...book, tickets } }
    }
    case 'site':
      return { book: { ...book, site: message.site } }
    case 'duty':
      return { book: { ...book, onDuty: message.on_duty } }
    default:
      return { refused: 'not_understood' } // a hub newer than this page
  }
}

function heard<T>(thing: T, now: number): Heard<T> {
  return { ...thing, heardAt: now }
}

/** Milliseconds that a call has waited by now; never less than the hub said. */
export function waitedMs(call: Heard<Pick<Call, 'waiting_ms'>>, now: number): number {
  return call.waiting_ms + Math.max(0, now - call.heardAt)
}

/** Milliseconds that a point has been in its state by now. */
export function sinceMs(point: Heard<Pick<Point, 'since_ms'>>, now: number): number {
  return point.since_ms + Math.max(0, now - point.heardAt)
}

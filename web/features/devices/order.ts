import type { Health, HealthState, Ticket, Unit } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'

const height = { duty_leader: 1, county: 2 } as const
const levelOf = (ticket: Ticket) => (ticket.level ? height[ticket.level] : 0)

/** The moment of opening on this page's monotonic clock. */
const openedAt = (ticket: Heard<Ticket>) => ticket.heardAt - ticket.open_ms

/** What stands before what is over; alarms first, what went up first, oldest first. */
export function ticketsInOrder(tickets: Iterable<Heard<Ticket>>): Heard<Ticket>[] {
  return [...tickets].sort(
    (a, b) =>
      Number(b.present) - Number(a.present) ||
      Number(b.red) - Number(a.red) ||
      levelOf(b) - levelOf(a) ||
      openedAt(a) - openedAt(b) ||
      a.id.localeCompare(b.id),
  )
}

/**
 * What the banner shouts: an alarm that stands and for which nothing helps yet.
 * With a stop-gap, or said to be repaired, it is in the list with the others.
 */
export function alarms(ordered: readonly Heard<Ticket>[]): Heard<Ticket>[] {
  const rank = (ticket: Ticket) => (ticket.kiosk ? 1 : 0) // a whole unit before one kiosk
  return ordered
    .filter(({ red, present, phase }) => red && present && (phase === 'open' || phase === 'taken'))
    .sort((a, b) => rank(a) - rank(b))
}

/** Whether a ticket is the county's to see to, seen from the county's own site. */
export function isForCounty(ticket: Ticket, county: Unit): boolean {
  return ticket.level === 'county' || ticket.site.code === county.code
}

/** A kiosk in the list of health. */
export interface HealthRow {
  kiosk: string
  point: Unit
  township: Unit
  health?: Health | undefined
  /** Milliseconds for which nothing was heard of it. */
  away_ms?: number | undefined
}

/** The worst first. */
const worst: readonly HealthState[] = ['offline', 'fault', 'overdue', 'unheard', 'retired', 'ok']

export const stateOf = (row: HealthRow): HealthState => row.health?.state ?? 'unheard'

/** Whether somebody must see to it; what was never there or was revoked is no fault. */
export function isBad(row: HealthRow): boolean {
  const state = stateOf(row)
  return state === 'offline' || state === 'fault' || state === 'overdue'
}

/** The worst first; among equals that which was proven longest ago. */
export function worstFirst<R extends HealthRow>(rows: Iterable<R>): R[] {
  const proven = (row: R) => (row.health?.proven_at ? Date.parse(row.health.proven_at) : 0)
  return [...rows].sort(
    (a, b) =>
      worst.indexOf(stateOf(a)) - worst.indexOf(stateOf(b)) ||
      proven(a) - proven(b) ||
      a.kiosk.localeCompare(b.kiosk),
  )
}

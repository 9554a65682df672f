import type { Call, Person } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'

const rank: Record<Call['phase'], number> = {
  ringing: 0,
  claiming: 0, // keeps its place: it rings again when the claim fails
  talking: 1,
  wrap_up: 2,
  closed: 3,
}

/** Ringing before the rest, red before green, longest waiting first. */
export function inOrder(calls: Iterable<Heard<Call>>): Heard<Call>[] {
  return [...calls].sort(
    (a, b) =>
      rank[a.phase] - rank[b.phase] ||
      Number(b.key === 'urgent') - Number(a.key === 'urgent') ||
      pressedAt(a) - pressedAt(b) ||
      a.id.localeCompare(b.id),
  )
}

/** The first press on this page's monotonic clock. */
function pressedAt(call: Heard<Call>): number {
  return call.heardAt - call.waiting_ms
}

/** What F2 answers: the first in order that this person may answer. */
export function firstToAnswer(ordered: readonly Heard<Call>[]): Heard<Call> | undefined {
  return ordered.find((call) => call.may.includes('answer'))
}

/** Calls that this person has in hand: asking for, talking, writing down. */
export function mine(ordered: readonly Heard<Call>[], me: Person): Heard<Call>[] {
  return ordered.filter(
    (call) =>
      (call.phase === 'claiming' && call.claimer?.id === me.id) ||
      ((call.phase === 'talking' || call.phase === 'wrap_up') &&
        call.answerer?.person.id === me.id),
  )
}

/** What this page must ring for, the red ones first; empty is silence. */
export function ringingForMe(ordered: readonly Heard<Call>[]): Heard<Call>[] {
  return ordered.filter((call) => call.rings_me)
}

/** A red call ends with speech heard, or with somebody who was there. */
export function speechNeeded(call: Pick<Call, 'key' | 'spoke' | 'attended_by'>): boolean {
  return call.key === 'urgent' && !call.spoke && !call.attended_by
}

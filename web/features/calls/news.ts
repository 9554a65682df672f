import type { Answerer, Call, Person } from '@/shared/api/schema.ts'
import type { Book } from '@/shared/live/index.ts'

/** What happened to a call that the person should be told in words. */
export type News =
  | { kind: 'answered_elsewhere'; call: Call; answerer: Answerer }
  | { kind: 'claimed_elsewhere'; call: Call; claimer: Person }
  | { kind: 'claim_failed'; call: Call }
  | { kind: 'rings_again'; call: Call }
  | { kind: 'rated_bad'; call: Call }

/** What must be remembered between two states of the book. */
export interface Followed {
  book: Book | null
  /** Calls that rang here and that nobody talks in yet. */
  rang: ReadonlySet<string>
}

export const nothingFollowed: Followed = { book: null, rang: new Set() }

/**
 * Compares the book with the one before. The first snapshot is no news, but
 * one after a lost line is: the comparison does not care how the change came.
 */
export function follow(so: Followed, book: Book | null): { next: Followed; news: News[] } {
  if (!book || book === so.book) return { next: so, news: [] }
  const news: News[] = []
  const rang = new Set<string>()
  for (const call of book.calls.values()) {
    const was = so.book?.calls.get(call.id)
    if (was) news.push(...newsOf(was, call, book.me.id, so.rang.has(call.id)))
    const waits = call.phase === 'ringing' || call.phase === 'claiming'
    if (waits && (call.rings_me || so.rang.has(call.id))) rang.add(call.id)
  }
  return { next: { book, rang }, news }
}

function newsOf(was: Call, call: Call, me: string, rang: boolean): News[] {
  if (call.rating === 'bad' && was.rating !== 'bad') return [{ kind: 'rated_bad', call }]
  if (call.requeued > was.requeued) return [{ kind: 'rings_again', call }]
  const waited = was.phase === 'ringing' || was.phase === 'claiming'
  const claimed = was.claimer?.id === me
  if (!waited || !(rang || claimed)) return []
  if (call.phase === 'talking' && call.answerer && call.answerer.person.id !== me) {
    return [{ kind: 'answered_elsewhere', call, answerer: call.answerer }]
  }
  if (!claimed || was.phase !== 'claiming') return []
  if (call.phase === 'ringing') return [{ kind: 'claim_failed', call }]
  if (call.phase === 'claiming' && call.claimer && call.claimer.id !== me) {
    return [{ kind: 'claimed_elsewhere', call, claimer: call.claimer }]
  }
  return []
}

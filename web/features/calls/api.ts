import { queryOptions } from '@tanstack/react-query'
import { ask } from '@/shared/api/client.ts'
import type { CloseInputBody } from '@/shared/api/schema.ts'

/** Asks for a call; who gets it is told by the live line, not by the answer. */
export const answer = (id: string) => ask('POST', '/api/calls/{id}/answer', { path: { id } })

export const hangUp = (id: string) => ask('POST', '/api/calls/{id}/hang-up', { path: { id } })

export interface Attendance {
  who: string
  note: string
}

/** Somebody was on site; what a red call without speech needs. */
export const attended = (id: string, body: Attendance) =>
  ask('POST', '/api/calls/{id}/attended', { path: { id }, body })

export type Disposition = CloseInputBody['disposition']

/** The outcomes, in the order in which they are offered. */
export const dispositions = [
  'solved',
  'cadre_sent',
  'emergency',
  'to_county',
  'advice',
  'mistaken',
  'practice',
  'other',
] as const satisfies readonly Disposition[]

export interface Outcome {
  disposition: Disposition
  note: string
}

export const close = (id: string, body: Outcome) =>
  ask('POST', '/api/calls/{id}/close', { path: { id }, body })

/** The latest calls, open and closed, newest first. */
export const historyQuery = (limit: number) =>
  queryOptions({
    queryKey: ['calls', limit],
    queryFn: () => ask('GET', '/api/calls', { query: { limit } }),
    refetchInterval: 30_000,
  })

/** One call with all that happened to it. */
export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id],
    queryFn: () => ask('GET', '/api/calls/{id}', { path: { id } }),
  })

import { queryOptions } from '@tanstack/react-query'
import { ask, segment } from '@/shared/api/client.ts'
import type { Call, CallEvent } from '@/shared/api/schema.ts'

const of = (id: string) => `/api/calls/${segment(id)}`

/** Asks for a call; who gets it is told by the live line, not by the answer. */
export const answer = (id: string) => ask<unknown>('POST', `${of(id)}/answer`)

export const hangUp = (id: string) => ask<unknown>('POST', `${of(id)}/hang-up`)

export interface Attendance {
  who: string
  note: string
}

/** Somebody was on site; what a red call without speech needs. */
export const attended = (id: string, what: Attendance) =>
  ask<unknown>('POST', `${of(id)}/attended`, what)

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
] as const
export type Disposition = (typeof dispositions)[number]

export interface Outcome {
  disposition: Disposition
  note: string
}

export const close = (id: string, outcome: Outcome) =>
  ask<unknown>('POST', `${of(id)}/close`, outcome)

/** The latest calls, open and closed, newest first. */
export const historyQuery = (limit: number) =>
  queryOptions({
    queryKey: ['calls', limit],
    queryFn: () => ask<{ calls: Call[] }>('GET', `/api/calls?limit=${limit}`),
    refetchInterval: 30_000,
  })

/** One call with all that happened to it. */
export const callQuery = (id: string) =>
  queryOptions({
    queryKey: ['call', id],
    queryFn: () => ask<{ call: Call; events: CallEvent[] }>('GET', of(id)),
  })

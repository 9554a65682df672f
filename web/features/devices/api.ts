import { queryOptions } from '@tanstack/react-query'
import { ask } from '@/shared/api/client.ts'
import type { Ticket, TicketAction } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'

const verbs = {
  take: '/api/tickets/{ticket}/take',
  stop_gap: '/api/tickets/{ticket}/stop-gap',
  repaired: '/api/tickets/{ticket}/repaired',
  close: '/api/tickets/{ticket}/close',
} as const satisfies Record<TicketAction, string>

/** Does something with a ticket; what came of it is told by the live line too. */
export const doTicket = (id: string, action: TicketAction, note = '') =>
  ask('POST', verbs[action], { path: { ticket: id }, body: { note } })

/** For pages without a live line: often enough for somebody who keeps kiosks. */
const againMs = 10_000

/** All kiosks with their health. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: () => ask('GET', '/api/health/points'),
  refetchInterval: againMs,
})

/** All that is known of one kiosk's health. */
export const lifeQuery = (kiosk: string) =>
  queryOptions({
    queryKey: ['health', kiosk],
    queryFn: () => ask('GET', '/api/health/points/{kiosk}', { path: { kiosk } }),
    refetchInterval: againMs,
  })

/** Tickets that are not closed, with the moment when they were heard. */
export const ticketsQuery = queryOptions({
  queryKey: ['tickets'],
  queryFn: async (): Promise<Heard<Ticket>[]> => {
    const { tickets } = await ask('GET', '/api/tickets')
    const heardAt = performance.now()
    return tickets.map((ticket) => ({ ...ticket, heardAt }))
  },
  refetchInterval: againMs,
})

import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { ticketsInOrder } from '@/features/devices/order.ts'
import type { Call, Person, Ticket } from '@/shared/api/schema.ts'
import type { Book, Heard } from '@/shared/live/index.ts'
import { useDetails } from './devices.ts'

export interface Tickets {
  /** For the list below the calls. */
  list: {
    tickets: Heard<Ticket>[]
    me: Person
    nameOf: (kiosk: string) => string
    onDetails: (kiosk: string) => void
  }
  /** What a ticket says about answering a call. */
  warningOf: (call: Call) => string | undefined
}

/** What desk and centre show of the tickets. */
export function useTickets(book: Book): Tickets {
  const { t } = useTranslation('calls')
  const onDetails = useDetails()
  const { me, points } = book
  const tickets = useMemo(() => ticketsInOrder(book.tickets.values()), [book.tickets])
  const cloned = (kiosk: string) =>
    tickets.some((x) => x.code === 'clone' && x.present && x.kiosk === kiosk)
  return {
    list: {
      tickets,
      me,
      nameOf: (kiosk) => points.get(kiosk)?.point.name ?? kiosk,
      onDetails,
    },
    warningOf: ({ kiosk }) => (cloned(kiosk) ? t('clone_warning') : undefined),
  }
}

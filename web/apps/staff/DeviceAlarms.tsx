import { useNavigate } from '@tanstack/react-router'
import { AlarmBanner } from '@/features/devices/AlarmBanner.tsx'
import { alarms, ticketsInOrder } from '@/features/devices/order.ts'
import { placeOf } from '@/features/devices/TicketCard.tsx'
import type { Ticket } from '@/shared/api/schema.ts'
import type { Book } from '@/shared/live/index.ts'

/** The red banner over every route; its button leads to the ticket in the list. */
export function DeviceAlarms({ book, busy }: { book: Book; busy: boolean }) {
  const navigate = useNavigate()
  const show = async (ticket: Ticket) => {
    await navigate({ to: '/' })
    goTo(ticket)
  }
  return (
    <AlarmBanner
      alarms={alarms(ticketsInOrder(book.tickets.values()))}
      busy={busy}
      onShow={(ticket) => void show(ticket)}
    />
  )
}

/** Brings a ticket into sight, out of a folded list too. */
export function goTo(ticket: Ticket): void {
  const card = document.getElementById(placeOf(ticket))
  card?.closest('details')?.setAttribute('open', '')
  card?.scrollIntoView({ block: 'center' })
  card?.focus({ preventScroll: true })
}

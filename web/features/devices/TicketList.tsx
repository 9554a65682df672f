import { useTranslation } from 'react-i18next'
import type { Ticket, Unit } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'
import { isForCounty } from './order.ts'
import { TicketCard, type TicketProps } from './TicketCard.tsx'

interface ListProps extends TicketProps {
  /** As ticketsInOrder gives them. */
  tickets: readonly Heard<Ticket>[]
}

/** What is wrong with the kiosks: the end of the queue of calls. */
export function TicketList({ tickets, ...rest }: ListProps) {
  const { t } = useTranslation('devices')
  return (
    <section className="tickets" aria-labelledby="tickets-heading">
      <h2 id="tickets-heading">{t('tickets', { count: tickets.length })}</h2>
      {tickets.length === 0 && <p className="quiet">{t('tickets_none')}</p>}
      <Cards tickets={tickets} {...rest} />
    </section>
  )
}

/** The county's own and those that went up to it; the townships' behind. */
export function CountyTickets({ tickets, county, ...rest }: ListProps & { county: Unit }) {
  const { t } = useTranslation('devices')
  const ours = tickets.filter((ticket) => isForCounty(ticket, county))
  const theirs = tickets.filter((ticket) => !ours.includes(ticket))
  return (
    <section className="tickets" aria-labelledby="tickets-heading">
      <h2 id="tickets-heading">{t('tickets_county', { count: ours.length })}</h2>
      {ours.length === 0 && <p className="quiet">{t('tickets_county_none')}</p>}
      <Cards tickets={ours} {...rest} />
      {theirs.length > 0 && (
        <details className="tickets-below">
          <summary>{t('tickets_below', { count: theirs.length })}</summary>
          <Cards tickets={theirs} {...rest} />
        </details>
      )}
    </section>
  )
}

function Cards({ tickets, ...rest }: ListProps) {
  return (
    <ul>
      {tickets.map((ticket) => (
        <TicketCard key={ticket.id} ticket={ticket} {...rest} />
      ))}
    </ul>
  )
}

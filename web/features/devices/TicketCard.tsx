import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Person, Ticket } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import type { Heard } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { AlarmIcon, WarnIcon } from '@/shared/ui/icons.tsx'
import { Due } from './Due.tsx'
import { TicketDo } from './TicketDo.tsx'
import { adviceOn, faultName, lasting, pressNames } from './words.ts'

export interface TicketProps {
  me: Person
  /** A kiosk's village. */
  nameOf: (kiosk: string) => string
  onDetails: (kiosk: string) => void
}

/** The place of a ticket on the page, for those who are sent to it. */
export const placeOf = (ticket: Pick<Ticket, 'id'>) => `ticket-${ticket.id}`

/** One fault: what, where, since when, what to do, how long until it goes up. */
export function TicketCard({
  ticket,
  me,
  nameOf,
  onDetails,
}: TicketProps & { ticket: Heard<Ticket> }) {
  const { t } = useTranslation('devices')
  const { kiosk } = ticket
  const title = faultName(t, ticket, ticket.title)
  const alarm = ticket.red && ticket.present
  return (
    <li
      id={placeOf(ticket)}
      className={alarm ? 'ticket red' : 'ticket'}
      tabIndex={-1}
      aria-label={t('ticket_of', { unit: ticket.unit.name, title })}
    >
      <div className="ticket-head">
        <span className={alarm ? 'ticket-mark red' : 'ticket-mark'}>
          {alarm ? <AlarmIcon size={28} /> : <WarnIcon size={28} />}
          {t(alarm ? 'alarm_word' : 'fault_word')}
        </span>
        <div className="call-place">
          <h3>
            {ticket.unit.name} <span className="ticket-what">{title}</span>
          </h3>
          <Since ticket={ticket} />
        </div>
        {kiosk && (
          <Button
            size="small"
            aria-label={t('details_of', { point: ticket.unit.name })}
            onClick={() => onDetails(kiosk)}
          >
            {t('open_details')}
          </Button>
        )}
      </div>
      <Whose ticket={ticket} nameOf={nameOf} />
      {ticket.present && (
        <p className="advice">
          <b>{t('ticket_do')}</b> {adviceOn(t, ticket)}
        </p>
      )}
      <Due ticket={ticket} />
      {ticket.present && ticket.phase === 'taken' && ticket.by && (
        <p className="quiet">{t('phase_taken', { name: ticket.by.name })}</p>
      )}
      <TicketDo ticket={ticket} me={me} />
      <Course ticket={ticket} />
    </li>
  )
}

function Since({ ticket }: { ticket: Heard<Ticket> }) {
  const { t } = useTranslation('devices')
  const time = useNowAs((now) =>
    lasting(t, ticket.lasted_ms + (ticket.present ? now - ticket.heardAt : 0)),
  )
  const place =
    ticket.kiosk && t('ticket_place', { township: ticket.township.name, kiosk: ticket.kiosk })
  const at = dayAndTime(ticket.began_at)
  return (
    <span className="quiet">
      {t(ticket.present ? 'ticket_since' : 'ticket_lasted', { at, time })}
      {ticket.returns ? ` · ${t('ticket_returns', { count: ticket.returns })}` : ''}
      {place && <span className="ticket-kiosk">{place}</span>}
    </span>
  )
}

/** The points of a township's ticket, the presses of a ledger's. */
function Whose({ ticket, nameOf }: { ticket: Ticket; nameOf: TicketProps['nameOf'] }) {
  const { t } = useTranslation('devices')
  const { members, presses } = ticket
  return (
    <>
      {members && members.length > 0 && (
        <p>
          <b>{t('ticket_members', { count: members.length })}</b>{' '}
          {members.map(nameOf).join(t('list_comma'))}
        </p>
      )}
      {presses && presses.length > 0 && (
        <p title={presses.join('\n')}>
          <b>{t('ticket_presses')}</b> {pressNames(t, presses)}
        </p>
      )}
    </>
  )
}

function Course({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation('devices')
  if (ticket.steps.length === 0 && !ticket.detail) return null
  return (
    <details className="ticket-course">
      <summary>{t('ticket_steps')}</summary>
      <Steps ticket={ticket} />
    </details>
  )
}

/** What happened to a ticket, oldest first. */
export function Steps({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation('devices')
  return (
    <>
      <ol className="course">
        {ticket.steps.map((step) => (
          <li key={`${step.at} ${step.what} ${step.note}`}>
            <time>{dayAndTime(step.at)}</time> {step.person?.name} {step.text}
            {step.person && step.note && t('step_note', { note: step.note })}
          </li>
        ))}
      </ol>
      {ticket.detail && <p className="quiet">{t('ticket_detail', { detail: ticket.detail })}</p>}
    </>
  )
}

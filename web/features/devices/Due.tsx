import { useTranslation } from 'react-i18next'
import type { Ticket } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { AlarmIcon, CheckIcon, ClockIcon } from '@/shared/ui/icons.tsx'
import { lasting } from './words.ts'

/** The two hours: how much is left, that they are over, or what stands. */
export function Due({ ticket }: { ticket: Heard<Ticket> }) {
  const { t } = useTranslation('devices')
  const left = useNowAs((now) => {
    if (ticket.due_ms === undefined) return ''
    const ms = ticket.due_ms - (now - ticket.heardAt)
    return ms > 0 ? lasting(t, ms) : 'over'
  })
  if (!ticket.present) {
    return (
      <p className="due settled">
        <CheckIcon size={20} /> {t('ticket_over')}
      </p>
    )
  }
  if (ticket.phase === 'repaired') {
    return (
      <p className="due settled">
        <ClockIcon size={20} /> {t('phase_repaired', { name: ticket.by?.name ?? '' })}
      </p>
    )
  }
  if (ticket.stop_gap) {
    const note = ticket.steps.findLast((step) => step.what === 'stop_gap')?.note
    return (
      <p className="due settled">
        <CheckIcon size={20} /> {note ? t('stop_gap_note', { note }) : t('phase_stop_gap')}
      </p>
    )
  }
  const over = left === 'over' || ticket.level !== undefined
  return (
    <p className={over ? 'due over' : 'due'}>
      {over ? <AlarmIcon size={20} /> : <ClockIcon size={20} />}
      <span>
        {ticket.level ? t(`level_${ticket.level}`) : over ? t('due_over') : ''}
        {!over && left && t('due_left', { time: left })}
        {ticket.level === 'duty_leader' &&
          left &&
          left !== 'over' &&
          t('due_county', { time: left })}
      </span>
    </p>
  )
}

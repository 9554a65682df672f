import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Ticket } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { AlarmIcon } from '@/shared/ui/icons.tsx'
import { alarmSentence, lasting } from './words.ts'

/** As many lines as leave the calls on an office screen where they are. */
const shownCalm = 3
/** Somebody waits at a key: the banner stays, and makes room. */
const shownInCall = 1

export interface AlarmBannerProps {
  /** As alarms gives them. */
  alarms: readonly Heard<Ticket>[]
  /** A call rings here, or somebody talks. */
  busy: boolean
  onShow: (ticket: Heard<Ticket>) => void
}

/**
 * Red across the page, above everything, and part of its flow: it covers
 * nothing, and shrinks to one line while a call rings.
 */
export function AlarmBanner({ alarms, busy, onShow }: AlarmBannerProps) {
  const { t } = useTranslation('devices')
  if (alarms.length === 0) return null
  const shown = alarms.slice(0, busy ? shownInCall : shownCalm)
  // In a call the number in front must do.
  const more = busy ? 0 : alarms.length - shown.length
  return (
    <section className="alarms" aria-label={t('alarms')} role="alert">
      <span className="alarms-mark">
        <AlarmIcon size={32} />
        <b>{t('alarms_count', { count: alarms.length })}</b>
      </span>
      <ul>
        {shown.map((ticket) => (
          <Alarm key={ticket.id} ticket={ticket} onShow={onShow} />
        ))}
        {more > 0 && <li className="alarms-more">{t('alarms_more', { count: more })}</li>}
      </ul>
    </section>
  )
}

function Alarm({
  ticket,
  onShow,
}: {
  ticket: Heard<Ticket>
  onShow: (ticket: Heard<Ticket>) => void
}) {
  const { t } = useTranslation('devices')
  const time = useNowAs((now) => lasting(t, ticket.lasted_ms + (now - ticket.heardAt)))
  const sentence = alarmSentence(t, ticket)
  return (
    <li>
      <span>
        <b>{sentence}</b>
        <span aria-hidden="true"> {t('lasts', { time })}</span>
        <span className="alarm-by">
          {ticket.phase === 'taken' && ticket.by
            ? t('alarm_taken', { name: ticket.by.name })
            : t('alarm_nobody')}
        </span>
      </span>
      <Button
        size="small"
        aria-label={`${t('alarm_show')} ${sentence}`}
        onClick={() => onShow(ticket)}
      >
        {t('alarm_show')}
      </Button>
    </li>
  )
}

import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Call, Person, Site } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'
import {
  BellIcon,
  HushIcon,
  LineIcon,
  OfflineIcon,
  PenIcon,
  TalkIcon,
  WarnIcon,
} from '@/shared/ui/icons.tsx'
import { KeyMark } from '@/shared/ui/KeyMark.tsx'
import { Ladder } from './Ladder.tsx'
import { speechNeeded } from './order.ts'
import { Waited } from './Waited.tsx'
import { countyRings, statusOf } from './words.ts'

export interface CallCardProps {
  call: Heard<Call>
  me: Person
  site: Site
  /** The one that F2 answers. */
  first: boolean
  /** What else is known of the kiosk that changes how to answer. */
  warning?: string | undefined
  onAnswer: (call: Heard<Call>) => void
  /** Opens the form that closes it or says that somebody was there. */
  onHandle: (call: Heard<Call>) => void
}

/** One open call in the queue: where, which key, how long, how far, what now. */
export function CallCard({ call, me, site, first, warning, onAnswer, onHandle }: CallCardProps) {
  const { t } = useTranslation('calls')
  const waits = call.phase === 'ringing' || call.phase === 'claiming'
  const mayHandle =
    call.phase !== 'talking' && (call.may.includes('close') || call.may.includes('attended'))
  return (
    <li
      className={`call ${call.key} ${call.phase}`}
      data-call={call.id}
      aria-label={t('call_of', { point: call.point.name })}
    >
      <div className="call-head">
        <KeyMark of={call.key} />
        <div className="call-place">
          <h3>{call.point.name}</h3>
          <span className="quiet">
            {t('kiosk_of', { township: call.township.name, kiosk: call.kiosk })}
          </span>
        </div>
        {waits && <Waited call={call} />}
      </div>
      {call.quiet && <QuietCall />}
      {warning && (
        <p className="call-warning">
          <WarnIcon size={20} /> {warning}
        </p>
      )}
      <p className="call-status">
        {call.phase === 'talking' ? <TalkIcon /> : waits ? <BellIcon /> : <PenIcon />}
        <strong>{statusOf(t, call, me, site)}</strong>
      </p>
      {waits && <Ladder call={call} site={site} />}
      <Badges call={call} site={site} />
      <div className="call-do">
        {call.may.includes('answer') && (
          <Button
            type="primary"
            size="large"
            className="answer"
            icon={<TalkIcon />}
            onClick={() => onAnswer(call)}
            aria-label={t('answer_point', { point: call.point.name })}
          >
            {first ? t('answer_f2') : t('answer')}
          </Button>
        )}
        {mayHandle && <Button onClick={() => onHandle(call)}>{t('handle')}</Button>}
      </div>
    </li>
  )
}

/** How to answer somebody who may not be able to speak; read before the answer. */
export function QuietCall() {
  const { t } = useTranslation('calls')
  return (
    <div className="quiet-call" role="note">
      <HushIcon size={28} />
      <p>
        <b>{t('quiet_call')}</b>
        <br />
        {t('quiet_do')}
      </p>
    </div>
  )
}

function Badges({ call, site }: { call: Call; site: Site }) {
  const { t } = useTranslation('calls')
  const badges = [
    countyRings(call, site) && { icon: <BellIcon size={20} />, text: t('county_rings_too') },
    !call.stored && { icon: <WarnIcon size={20} />, text: t('not_stored') },
    call.orphan && { icon: <LineIcon size={20} />, text: t('orphan') },
    call.requeued > 0 && {
      icon: <BellIcon size={20} />,
      text: t('requeued', { count: call.requeued }),
    },
    // It was hung up, and rings on: whoever did that must see why.
    call.phase === 'ringing' &&
      call.answerer &&
      speechNeeded(call) && { icon: <WarnIcon size={20} />, text: t('no_speech_yet') },
    !call.kiosk_online && { icon: <OfflineIcon size={20} />, text: t('kiosk_offline') },
    call.presses > 1 && { icon: null, text: t('presses', { count: call.presses }) },
    call.rating && { icon: null, text: t(`rated_${call.rating}`) },
    call.attended_by && { icon: null, text: t('attended_by', { who: call.attended_by }) },
  ].filter((badge) => !!badge)
  if (badges.length === 0) return null
  return (
    <ul className="badges" aria-label={t('notes')}>
      {badges.map((badge) => (
        <li key={badge.text} className="badge">
          {badge.icon}
          {badge.text}
        </li>
      ))}
    </ul>
  )
}

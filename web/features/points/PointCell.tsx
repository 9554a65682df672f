import { useTranslation } from 'react-i18next'
import type { Health, PointState } from '@/shared/api/schema.ts'
import { clock, dayAndTime, roughly } from '@/shared/format/index.ts'
import { sinceMs } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { HealthMark } from '@/shared/ui/HealthMark.tsx'
import { BellIcon, IdleIcon, OfflineIcon, PenIcon, TalkIcon } from '@/shared/ui/icons.tsx'
import type { Cell } from './overview.ts'

const icons: Record<PointState, typeof BellIcon> = {
  idle: IdleIcon,
  ringing: BellIcon,
  talking: TalkIcon,
  wrap_up: PenIcon,
  offline: OfflineIcon,
}

export interface PointCellProps {
  cell: Cell
  /** Opens all that is known of a kiosk. */
  onDetails?: ((kiosk: string) => void) | undefined
}

/** The picture of a state: one shape each. */
export function StateIcon({ state, size = 20 }: { state: PointState; size?: number }) {
  const Icon = icons[state]
  return <Icon size={size} />
}

/** One point: name, what its kiosk does, since when, how its kiosk is. */
export function PointCell({ cell: { point, key }, onDetails }: PointCellProps) {
  const { t } = useTranslation('points')
  const keyed = key && point.state !== 'idle' && point.state !== 'offline'
  return (
    <li className={`point ${point.state} ${key ?? ''}`} data-kiosk={point.kiosk}>
      <span className="point-name">{point.point.name}</span>
      {onDetails && (
        <button
          type="button"
          className="point-open"
          aria-label={t('details_of', { point: point.point.name })}
          onClick={() => onDetails(point.kiosk)}
        />
      )}
      <span className="point-state">
        <StateIcon state={point.state} />
        {keyed ? t(`${key}_${point.state as 'ringing' | 'talking' | 'wrap_up'}`) : t(point.state)}
        <Since cell={{ point, key }} />
      </span>
      {point.health && <PointHealth health={point.health} offline={point.state === 'offline'} />}
    </li>
  )
}

/** Health and the last proof; that a point is offline was said above. */
function PointHealth({ health, offline }: { health: Health; offline: boolean }) {
  const { t } = useTranslation(['points', 'shared'])
  const { state, proven_by, proven_at } = health
  return (
    <span className="point-health">
      {!(offline && state === 'offline') && <HealthMark of={state} size={18} />}
      <span className="proven">
        {health.stale && `${t('last_known')} `}
        {proven_by && proven_at
          ? t('proven', { by: t(`shared:proven_${proven_by}`), at: dayAndTime(proven_at) })
          : state !== 'unheard' && t('shared:never_proven')}
      </span>
    </span>
  )
}

/** To the second where somebody waits or talks, otherwise coarsely. */
function Since({ cell: { point } }: { cell: Cell }) {
  const { t } = useTranslation('points')
  const running = point.state === 'ringing' || point.state === 'talking'
  const text = useNowAs((now) => {
    const ms = sinceMs(point, now)
    if (running) return clock(ms)
    const { unit, count } = roughly(ms)
    return unit === 'second' ? t('just_now') : t(`for_${unit}`, { count })
  })
  return <span className="since">{text}</span>
}

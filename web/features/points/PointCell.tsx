import { useTranslation } from 'react-i18next'
import type { PointState } from '@/shared/api/schema.ts'
import { clock, roughly } from '@/shared/format/index.ts'
import { sinceMs } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { BellIcon, IdleIcon, OfflineIcon, PenIcon, TalkIcon } from '@/shared/ui/icons.tsx'
import type { Cell } from './overview.ts'

const icons: Record<PointState, typeof BellIcon> = {
  idle: IdleIcon,
  ringing: BellIcon,
  talking: TalkIcon,
  wrap_up: PenIcon,
  offline: OfflineIcon,
}

/** The picture of a state: one shape each. */
export function StateIcon({ state, size = 20 }: { state: PointState; size?: number }) {
  const Icon = icons[state]
  return <Icon size={size} />
}

/** One point: name, what its kiosk does, since when. */
export function PointCell({ cell: { point, key } }: { cell: Cell }) {
  const { t } = useTranslation('points')
  const keyed = key && point.state !== 'idle' && point.state !== 'offline'
  return (
    <li className={`point ${point.state} ${key ?? ''}`} data-kiosk={point.kiosk}>
      <span className="point-name">{point.point.name}</span>
      <span className="point-state">
        <StateIcon state={point.state} />
        {keyed ? t(`${key}_${point.state as 'ringing' | 'talking' | 'wrap_up'}`) : t(point.state)}
        <Since cell={{ point, key }} />
      </span>
    </li>
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

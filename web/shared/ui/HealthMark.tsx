import { useTranslation } from 'react-i18next'
import type { HealthState } from '../api/schema.ts'
import { CheckIcon, ClockIcon, OfflineIcon, RetiredIcon, UnknownIcon, WarnIcon } from './icons.tsx'

const icons: Record<HealthState, typeof CheckIcon> = {
  ok: CheckIcon,
  overdue: ClockIcon,
  fault: WarnIcon,
  offline: OfflineIcon,
  unheard: UnknownIcon,
  retired: RetiredIcon,
}

/** How a kiosk is, by shape, word and colour together. */
export function HealthMark({ of, size = 20 }: { of: HealthState; size?: number }) {
  const { t } = useTranslation()
  const Icon = icons[of]
  return (
    <span className={`health-mark ${of}`}>
      <Icon size={size} />
      {t(`health_${of}`)}
    </span>
  )
}

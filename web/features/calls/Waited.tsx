import { useTranslation } from 'react-i18next'
import type { Call } from '@/shared/api/schema.ts'
import { clock, seconds } from '@/shared/format/index.ts'
import { type Heard, waitedMs } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'

/** How long a villager has waited, counting up each second. */
export function Waited({ call }: { call: Heard<Call> }) {
  const { t } = useTranslation('calls')
  const waited = useNowAs((now) => seconds(waitedMs(call, now)))
  return (
    <span className="waited">
      <span className="waited-word">{t('waited')}</span>
      <span className="number" data-testid="waited">
        {clock(waited * 1000)}
      </span>
    </span>
  )
}

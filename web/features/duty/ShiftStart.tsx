import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { BellIcon } from '@/shared/ui/icons.tsx'
import type { Shift } from './useShift.ts'

/**
 * The first thing of a shift: until it is pressed this page makes no sound. The
 * hub may count the person as on duty all the same: from another window, or
 * from one that was closed a moment ago.
 */
export function ShiftStart({ shift, offline }: { shift: Shift; offline: boolean }) {
  const { t } = useTranslation('duty')
  return (
    <section className="sheet shift-start" aria-labelledby="shift-heading">
      <h2 id="shift-heading">{t(shift.onDuty ? 'not_on_duty_here' : 'not_on_duty')}</h2>
      <p>{t('start_means')}</p>
      <Button
        type="primary"
        size="large"
        className="huge"
        icon={<BellIcon />}
        loading={shift.busy}
        onClick={shift.start}
        autoFocus
      >
        {t('start')}
      </Button>
      {offline && <p className="quiet">{t('waits_for_line')}</p>}
    </section>
  )
}

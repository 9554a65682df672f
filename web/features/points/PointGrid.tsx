import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Call, Point, PointState } from '@/shared/api/schema.ts'
import type { Heard } from '@/shared/live/index.ts'
import { byTownship, cellsOf, countsOf, states } from './overview.ts'
import { PointCell, StateIcon } from './PointCell.tsx'

export interface PointGridProps {
  points: ReadonlyMap<string, Heard<Point>>
  calls: ReadonlyMap<string, Heard<Call>>
  onDetails?: (kiosk: string) => void
}

/** Every point by township, with counts that are also the filter. */
export function PointGrid({ points, calls, onDetails }: PointGridProps) {
  const { t } = useTranslation('points')
  const [shown, setShown] = useState<PointState | 'all'>('all')
  const cells = useMemo(() => cellsOf(points.values(), calls), [points, calls])
  const counts = countsOf(cells)
  const townships = byTownship(
    shown === 'all' ? cells : cells.filter(({ point }) => point.state === shown),
  )
  return (
    <section aria-labelledby="points-heading">
      <div className="points-head">
        <h2 id="points-heading">{t('points', { count: cells.length })}</h2>
        <Segmented<PointState | 'all'>
          aria-label={t('filter')}
          value={shown}
          onChange={setShown}
          options={[
            { value: 'all', label: t('all', { count: cells.length }) },
            ...states.map((state) => ({
              value: state,
              label: (
                <span className={`count ${state}`}>
                  <StateIcon state={state} /> {t(state)} <b>{counts[state]}</b>
                </span>
              ),
            })),
          ]}
        />
      </div>
      {townships.length === 0 && <p className="sheet quiet calm">{t('none_shown')}</p>}
      {townships.map((township) => (
        <section key={township.code} className="township" aria-labelledby={`t-${township.code}`}>
          <h3 id={`t-${township.code}`}>
            {township.name}{' '}
            <span className="quiet">{t('of_points', { count: township.cells.length })}</span>
          </h3>
          <ul className="points">
            {township.cells.map((cell) => (
              <PointCell key={cell.point.kiosk} cell={cell} onDetails={onDetails} />
            ))}
          </ul>
        </section>
      ))}
    </section>
  )
}

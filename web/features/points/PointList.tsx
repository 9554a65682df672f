import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { byTownship, cellsOf } from './overview.ts'
import { PointCell } from './PointCell.tsx'
import type { PointGridProps } from './PointGrid.tsx'

/** The points of one township, small, beside the calls. */
export function PointList({ points, calls, onDetails }: PointGridProps) {
  const { t } = useTranslation('points')
  const cells = useMemo(
    () => byTownship(cellsOf(points.values(), calls)).flatMap((township) => township.cells),
    [points, calls],
  )
  return (
    <section className="sheet" aria-labelledby="points-heading">
      <h2 id="points-heading">{t('points', { count: cells.length })}</h2>
      {cells.length === 0 && <p className="quiet">{t('none')}</p>}
      <ul className="points narrow">
        {cells.map((cell) => (
          <PointCell key={cell.point.kiosk} cell={cell} onDetails={onDetails} />
        ))}
      </ul>
    </section>
  )
}

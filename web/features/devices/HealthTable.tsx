import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Health } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { HealthMark } from '@/shared/ui/HealthMark.tsx'
import { type HealthRow, isBad, stateOf, worstFirst } from './order.ts'
import { faultName, faultOf, lasting } from './words.ts'

export interface HealthTableProps {
  rows: readonly HealthRow[]
  onDetails: (kiosk: string) => void
}

/** Every kiosk, the worst first; at the beginning only those to see to. */
export function HealthTable({ rows, onDetails }: HealthTableProps) {
  const { t } = useTranslation('devices')
  const [all, setAll] = useState(false)
  const bad = rows.filter(isBad)
  const shown = worstFirst(all ? rows : bad)
  return (
    <section className="sheet" aria-labelledby="health-heading">
      <div className="points-head">
        <h2 id="health-heading">{t('devices')}</h2>
        <Segmented<'bad' | 'all'>
          aria-label={t('filter')}
          value={all ? 'all' : 'bad'}
          onChange={(value) => setAll(value === 'all')}
          options={[
            { value: 'bad', label: t('bad', { count: bad.length }) },
            { value: 'all', label: t('all', { count: rows.length }) },
          ]}
        />
      </div>
      {shown.length === 0 ? (
        <p className="quiet calm">{t(rows.length === 0 ? 'none' : 'none_bad')}</p>
      ) : (
        <table className="history health">
          <thead>
            <tr>
              <th scope="col">{t('column_state')}</th>
              <th scope="col">{t('column_point')}</th>
              <th scope="col">{t('column_proven')}</th>
              <th scope="col">{t('column_trouble')}</th>
              <th scope="col">{t('column_details')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.kiosk} row={row} onDetails={onDetails} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function Row({ row, onDetails }: { row: HealthRow; onDetails: HealthTableProps['onDetails'] }) {
  const { t } = useTranslation('devices')
  const { kiosk, point, township, health } = row
  return (
    <tr data-kiosk={kiosk}>
      <td>
        <HealthMark of={stateOf(row)} />
        {health?.stale && <span className="stale">{t('stale')}</span>}
      </td>
      <td>
        {township.name} <b>{point.name}</b>
      </td>
      <td>
        <Proven health={health} />
      </td>
      <td>
        <Trouble row={row} />
      </td>
      <td>
        <Button
          size="small"
          aria-label={t('details_of', { point: point.name })}
          onClick={() => onDetails(kiosk)}
        >
          {t('open_details')}
        </Button>
      </td>
    </tr>
  )
}

/** By what and when a kiosk was last proven to work. */
function Proven({ health }: { health: Health | undefined }) {
  const { t } = useTranslation(['devices', 'shared'])
  if (!health?.proven_by || !health.proven_at) return t('shared:never_proven')
  const by = t(`shared:proven_${health.proven_by}`)
  return t('proven_at', { by, at: dayAndTime(health.proven_at) })
}

function Trouble({ row: { health, away_ms } }: { row: HealthRow }) {
  const { t } = useTranslation('devices')
  const names = new Set([...(health?.failed ?? []), ...(health?.overdue ?? [])])
  return (
    <ul>
      {away_ms !== undefined && <li>{t('away', { time: lasting(t, away_ms) })}</li>}
      {[...names].map((name) => (
        <li key={name}>{faultName(t, faultOf(name))}</li>
      ))}
    </ul>
  )
}

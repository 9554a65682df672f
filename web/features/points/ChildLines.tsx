import { useTranslation } from 'react-i18next'
import type { ChildSite } from '@/shared/api/schema.ts'
import { LineIcon, OfflineIcon } from '@/shared/ui/icons.tsx'

/** The hubs below this one and whether their lines are up, broken ones first. */
export function ChildLines({ sites }: { sites: readonly ChildSite[] }) {
  const { t } = useTranslation('points')
  const ordered = [...sites].sort(
    (a, b) => Number(a.online) - Number(b.online) || a.unit.code.localeCompare(b.unit.code),
  )
  return (
    <section className="sheet" aria-labelledby="lines-heading">
      <h2 id="lines-heading">{t('lines')}</h2>
      {ordered.length === 0 && <p className="quiet">{t('no_lines')}</p>}
      <ul className="lines">
        {ordered.map(({ unit, online }) => (
          <li key={unit.code} className={online ? '' : 'down'}>
            {online ? <LineIcon size={20} /> : <OfflineIcon size={20} />}
            <b>{unit.name}</b> {online ? t('line_up') : t('line_down')}
          </li>
        ))}
      </ul>
    </section>
  )
}

import { useTranslation } from 'react-i18next'
import type { Rollout, RolloutKiosk } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { hasFailed, inOrder } from './order.ts'

interface KiosksProps {
  rollout: Rollout
  kiosks: readonly RolloutKiosk[]
}

/** Every kiosk with what became of the release there; who needs a person first. */
export function RolloutKiosks({ rollout, kiosks }: KiosksProps) {
  const { t } = useTranslation('releases')
  return (
    <section className="sheet" aria-labelledby="rollout-kiosks-heading">
      <h2 id="rollout-kiosks-heading">{t('kiosks_heading', { version: rollout.version })}</h2>
      <table className="history">
        <thead>
          <tr>
            <th scope="col">{t('column_point')}</th>
            <th scope="col">{t('column_kiosk')}</th>
            <th scope="col">{t('column_runs')}</th>
            <th scope="col">{t('column_phase')}</th>
            <th scope="col">{t('column_since')}</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(kiosks).map((k) => (
            <tr key={k.kiosk} data-kiosk={k.kiosk}>
              <td>
                {k.township.name} <b>{k.point.name}</b>
                {k.trial && <span className="mark">{t('trial')}</span>}
              </td>
              <td className="number-like">{k.kiosk}</td>
              <td>{k.version ?? ''}</td>
              <td className={hasFailed(k) ? 'bad' : ''}>
                <Progress kiosk={k} />
              </td>
              <td className="number-like">{k.since ? dayAndTime(k.since) : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** How far, in words. */
function Progress({ kiosk }: { kiosk: RolloutKiosk }) {
  const { t } = useTranslation('releases')
  const { phase, percent, error, excuse, online, updatable, member, proven } = kiosk
  if (!updatable)
    return <span className="quiet">{t(kiosk.arch ? 'unable_arch' : 'unable_old')}</span>
  return (
    <>
      {phase === 'fetching'
        ? t('phase_fetching_percent', { percent: percent ?? 0 })
        : phase === 'installed'
          ? t(proven ? 'phase_proven' : 'phase_installed')
          : t(phase ? `phase_${phase}` : member ? 'phase_none' : 'phase_later')}
      {!online && <span className="mark">{t('offline')}</span>}
      {error && <div>{error}</div>}
      {excuse && <div className="quiet">{t('excused', { reason: excuse })}</div>}
    </>
  )
}

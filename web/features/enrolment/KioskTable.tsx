import { Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { HealthMark } from '@/shared/ui/HealthMark.tsx'
import type { Kiosk } from './api.ts'

export interface KioskTableProps {
  kiosks: readonly Kiosk[]
  onAdd: () => void
  onCode: (kiosk: Kiosk) => void
  onSettings: (kiosk: Kiosk) => void
  onRevoke: (kiosk: Kiosk) => void
  onDetails: (kiosk: string) => void
}

/** Every kiosk with what an administrator does with it. */
export function KioskTable({ kiosks, onAdd, ...does }: KioskTableProps) {
  const { t } = useTranslation('enrolment')
  const [wanted, setWanted] = useState('')
  const word = wanted.trim()
  const shown = kiosks.filter(({ kiosk, point, township }) =>
    [kiosk, point.name, township.name].some((text) => text.includes(word)),
  )
  return (
    <section className="sheet" aria-labelledby="kiosks-heading">
      <div className="points-head">
        <h2 id="kiosks-heading">{t('kiosks_count', { count: kiosks.length })}</h2>
        <Input.Search
          className="find"
          aria-label={t('search')}
          placeholder={t('search')}
          allowClear
          onChange={(event) => setWanted(event.target.value)}
        />
        <Button type="primary" onClick={onAdd}>
          {t('add')}
        </Button>
      </div>
      {shown.length === 0 ? (
        <p className="quiet calm">{t('none_found')}</p>
      ) : (
        <table className="history">
          <thead>
            <tr>
              <th scope="col">{t('column_point')}</th>
              <th scope="col">{t('column_kiosk')}</th>
              <th scope="col">{t('column_state')}</th>
              <th scope="col">{t('column_version')}</th>
              <th scope="col">{t('column_config')}</th>
              <th scope="col">{t('column_do')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((kiosk) => (
              <Row key={kiosk.kiosk} kiosk={kiosk} {...does} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

type Does = Omit<KioskTableProps, 'kiosks' | 'onAdd'>

function Row({ kiosk, onCode, onSettings, onRevoke, onDetails }: Does & { kiosk: Kiosk }) {
  const { t } = useTranslation('enrolment')
  const point = kiosk.point.name
  return (
    <tr data-kiosk={kiosk.kiosk}>
      <td>
        {kiosk.township.name} <b>{point}</b>
      </td>
      <td className="number-like">{kiosk.kiosk}</td>
      <td>
        <HealthMark of={kiosk.health.state} />
      </td>
      <td>{kiosk.version}</td>
      <td>{kiosk.config_rev ? t('config_rev', { rev: kiosk.config_rev }) : ''}</td>
      <td className="row-do">
        <Button
          size="small"
          aria-label={t('act_details_of', { point })}
          onClick={() => onDetails(kiosk.kiosk)}
        >
          {t('act_details')}
        </Button>
        <Button size="small" aria-label={t('act_code_of', { point })} onClick={() => onCode(kiosk)}>
          {t('act_code')}
        </Button>
        <Button
          size="small"
          aria-label={t('act_settings_of', { point })}
          onClick={() => onSettings(kiosk)}
        >
          {t('act_settings')}
        </Button>
        {kiosk.health.state !== 'retired' && (
          <Button
            size="small"
            danger
            aria-label={t('act_revoke_of', { point })}
            onClick={() => onRevoke(kiosk)}
          >
            {t('act_revoke')}
          </Button>
        )}
      </td>
    </tr>
  )
}

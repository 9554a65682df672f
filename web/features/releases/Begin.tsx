import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { ReleasePackage, RolloutKiosk } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { begin, hindrance, rolloutQuery, versionsOf } from './api.ts'

interface BeginProps {
  packages: readonly ReleasePackage[]
  kiosks: readonly RolloutKiosk[]
  onClose: () => void
}

/** Which version, and at which points first. */
export function Begin({ packages, kiosks, onClose }: BeginProps) {
  const { t } = useTranslation('releases')
  const queries = useQueryClient()
  const versions = versionsOf(packages)
  const [version, setVersion] = useState(versions[0] ?? '')
  const [picked, setPicked] = useState<string[]>([])
  const [wanted, setWanted] = useState('')
  const field = useId()
  const able = (k: RolloutKiosk) => hindrance(k, version, packages) === null
  const trial = picked.filter((id) => kiosks.some((k) => k.kiosk === id && able(k)))
  const beginning = useMutation({
    mutationFn: () => begin(version, trial),
    onSuccess: (data) => {
      queries.setQueryData(rolloutQuery.queryKey, data)
      onClose()
    },
  })
  const shown = kiosks
    .filter((k) => [k.kiosk, k.point.name, k.township.name].some((x) => x.includes(wanted.trim())))
    .sort((a, b) => Number(able(b)) - Number(able(a)) || Number(b.online) - Number(a.online))
  return (
    <Modal
      open
      width={720}
      style={{ top: 32 }}
      title={t('begin_heading')}
      okText={t('begin_do', { count: trial.length })}
      okButtonProps={{ disabled: trial.length === 0 || trial.length > 20 }}
      cancelText={t('cancel')}
      confirmLoading={beginning.isPending}
      onOk={() => beginning.mutate()}
      onCancel={onClose}
    >
      <div className="begin">
        <label htmlFor={field}>{t('begin_version')}</label>
        <select id={field} value={version} onChange={(event) => setVersion(event.target.value)}>
          {versions.map((v) => (
            <option key={v}>{v}</option>
          ))}
        </select>
        <p>{t('begin_pick')}</p>
        <Input.Search
          aria-label={t('search')}
          placeholder={t('search')}
          allowClear
          onChange={(event) => setWanted(event.target.value)}
        />
        <ul className="pick">
          {shown.map((k) => {
            const why = hindrance(k, version, packages)
            return (
              <li key={k.kiosk}>
                <label>
                  <input
                    type="checkbox"
                    disabled={why !== null}
                    checked={trial.includes(k.kiosk)}
                    onChange={(event) =>
                      setPicked(
                        event.target.checked
                          ? [...trial, k.kiosk]
                          : trial.filter((id) => id !== k.kiosk),
                      )
                    }
                  />
                  {k.township.name} <b>{k.point.name}</b>
                  <span className="number-like">{k.kiosk}</span>
                  <span className="quiet">
                    {why
                      ? t(`cannot_${why}`)
                      : k.online
                        ? t('runs', { version: k.version ?? '' })
                        : t('offline')}
                  </span>
                </label>
              </li>
            )
          })}
        </ul>
        <ul className="consequences">
          <li>{t('begin_then_trial')}</li>
          <li>
            <b>{t('only_quiet')}</b>
          </li>
          <li>{t('begin_then_stop')}</li>
        </ul>
        {beginning.isError && <Banner urgent>{sentenceOf(beginning.error)}</Banner>}
      </div>
    </Modal>
  )
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { ConfigOutputBody, KioskSettings as Values } from '@/shared/api/schema.ts'
import { dayAndTime } from '@/shared/format/index.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { CheckIcon, ClockIcon, WarnIcon } from '@/shared/ui/icons.tsx'
import { commonQuery, configQuery, putCommon, putConfig } from './api.ts'
import { SettingsForm } from './SettingsForm.tsx'
import { outcomeOf, outcomeWords } from './settings.ts'

/** One kiosk's settings: what it should have, and what became of it. */
export function KioskSettings({ kiosk }: { kiosk: string }) {
  const { t } = useTranslation('enrolment')
  const queries = useQueryClient()
  const { data, error } = useQuery(configQuery(kiosk))
  const saving = useMutation({
    mutationFn: (values: Values) => putConfig(kiosk, values),
    onSuccess: (config) => queries.setQueryData(configQuery(kiosk).queryKey, config),
  })
  return (
    <>
      {error && <Banner urgent>{sentenceOf(error)}</Banner>}
      {data && (
        <>
          <Result config={data} />
          <p className="quiet">{t('own_hint')}</p>
          {saving.isError && <Banner urgent>{sentenceOf(saving.error)}</Banner>}
          {/* Only a new revision fills the form anew: polling must not undo typing. */}
          <SettingsForm
            key={data.own.rev}
            values={data.own.settings}
            below={data.common.settings}
            saving={saving.isPending}
            onSave={(values) => saving.mutate(values)}
          />
        </>
      )}
    </>
  )
}

const icons = {
  none: ClockIcon,
  applied: CheckIcon,
  refused: WarnIcon,
  waiting: ClockIcon,
  away: ClockIcon,
} as const

function Result({ config }: { config: ConfigOutputBody }) {
  const { t } = useTranslation('enrolment')
  const outcome = outcomeOf(config)
  const Icon = icons[outcome]
  const { own } = config
  return (
    <section className={`result ${outcome}`} aria-label={t('result')} role="status">
      <Icon />
      <div>
        <p>{outcomeWords(t, config)}</p>
        {own.rev > 0 && own.given_at && (
          <p className="quiet">
            {t('given', { rev: own.rev, at: dayAndTime(own.given_at), by: own.given_by ?? '' })}
          </p>
        )}
      </div>
    </section>
  )
}

/** The settings of all kiosks of the hub. */
export function CommonSettings() {
  const { t } = useTranslation('enrolment')
  const queries = useQueryClient()
  const { data, error } = useQuery(commonQuery)
  const saving = useMutation({
    mutationFn: putCommon,
    onSuccess: (revision) => queries.setQueryData(commonQuery.queryKey, revision),
  })
  return (
    <section className="sheet settings" aria-labelledby="common-heading">
      <h2 id="common-heading">{t('common_heading')}</h2>
      <p className="quiet">{t('common_hint')}</p>
      {error && <Banner urgent>{sentenceOf(error)}</Banner>}
      {saving.isError && <Banner urgent>{sentenceOf(saving.error)}</Banner>}
      {saving.isSuccess && <Banner>{t('set_saved')}</Banner>}
      {data && (
        <>
          {data.given_at && (
            <p>
              {t('given', {
                rev: data.rev,
                at: dayAndTime(data.given_at),
                by: data.given_by ?? '',
              })}
            </p>
          )}
          <SettingsForm
            key={data.rev}
            values={data.settings}
            saving={saving.isPending}
            onSave={(values) => saving.mutate(values)}
          />
        </>
      )}
    </section>
  )
}

import type { TFunction } from 'i18next'
import type { ConfigOutputBody, KioskSettings, Phone } from '@/shared/api/schema.ts'

/** Bounds as in internal/settings. */
export const most = { phones: 6, origins: 8 } as const
export const loudness = { least: 20, most: 100 } as const

/** Settings as a form holds them: every field is there. */
export interface Form {
  phones: Phone[]
  volume: number | null
  media: string
  home_url: string
  last_url: string
}

export function formOf(values: KioskSettings): Form {
  return {
    phones: values.phones ?? [],
    volume: values.volume ?? null,
    media: (values.media_origins ?? []).join('\n'),
    home_url: values.home_url ?? '',
    last_url: values.last_url ?? '',
  }
}

/** What is empty is left out: absent means as it lies below. */
export function valuesOf(form: Form): KioskSettings {
  const media = form.media.split(/\s+/).filter(Boolean)
  const phones = (form.phones ?? []).map(({ label, number }) => ({
    label: label.trim(),
    number: number.trim(),
  }))
  return {
    ...(phones.length > 0 ? { phones } : {}),
    ...(form.volume ? { volume: form.volume } : {}),
    ...(media.length > 0 ? { media_origins: media } : {}),
    ...(form.home_url.trim() ? { home_url: form.home_url.trim() } : {}),
    ...(form.last_url.trim() ? { last_url: form.last_url.trim() } : {}),
  }
}

export type Outcome = 'none' | 'applied' | 'refused' | 'waiting' | 'away'

/** What became of the settings that a kiosk should have. */
export function outcomeOf({ rev, reported }: ConfigOutputBody): Outcome {
  if (rev === 0) return 'none'
  if (!reported) return 'away'
  if (reported.rev === rev) return 'applied'
  return reported.tried === rev ? 'refused' : 'waiting'
}

/** The same in words. */
export function outcomeWords(t: TFunction<'enrolment'>, config: ConfigOutputBody): string {
  const { rev, reported } = config
  const outcome = outcomeOf(config)
  if (outcome !== 'refused') return t(`result_${outcome}`, { rev })
  const error = reported?.error ?? ''
  return reported?.rev
    ? t('result_refused', { rev, now: reported.rev, error })
    : t('result_refused_own', { rev, error })
}

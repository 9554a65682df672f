// The telephone numbers, as large as they go: all that is left without a line.

import { useTranslation } from 'react-i18next'
import type { Phone } from './view.ts'

/** The numbers that every telephone in China reaches, for a list that is empty. */
const national = ['110', '120', '119'] as const

export function PhoneList({ phones }: { phones: Phone[] }) {
  const { t } = useTranslation('kiosk')
  const list =
    phones.length > 0 ? phones : national.map((n) => ({ label: t(`phone_${n}`), number: n }))
  return (
    <ul className="phones" aria-label={t('phones')}>
      {list.slice(0, rows(list)).map((phone) => (
        <li key={`${phone.label} ${phone.number}`}>
          <span className="label">{phone.label}</span>{' '}
          <span className="number">{phone.number}</span>
        </li>
      ))}
    </ul>
  )
}

/**
 * How many of the list fit without scrolling, in order. Measured on 1024 x 600:
 * there is room for six lines of 62 px; a number needs 1.2 of them, or 2 when
 * its label does not fit beside it (a Chinese character is as wide as 1.4 of the
 * number's digits, and a line holds 18 digits).
 */
export function rows(list: Phone[]): number {
  let left = 6
  let fit = 0
  for (const phone of list) {
    left -= phone.label.length * 1.4 + phone.number.length > 18 ? 2 : 1.2
    if (left < -0.001) break
    fit++
  }
  return fit
}

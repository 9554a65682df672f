// Small clear pictures of what is wrong with the kiosk itself.

import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Ailment } from './ailments.ts'

export const crossed = <path d="M12 12l76 76" fill="none" className="bold" />

/** A microphone, crossed out. */
export const deadMicrophone = (
  <>
    <path d="M38 22a12 12 0 0 1 24 0v26a12 12 0 0 1-24 0z" />
    <path d="M24 46c0 16 10 26 26 26s26-10 26-26M50 72v18M34 90h32" fill="none" />
    {crossed}
  </>
)

const drawings: Record<Ailment, ReactNode> = {
  no_mic: deadMicrophone,
  on_battery: (
    // A plug that is out, and a battery.
    <>
      <path d="M50 4v14M30 10v14h40V10M30 24h40v8L58 44H42L30 32z" />
      <path d="M12 58h66v34H12z" />
      <path d="M78 68h10v14H78z" className="solid" />
      <path d="M22 68h36v14H22z" className="solid" />
    </>
  ),
  battery_low: (
    // A battery that is nearly empty.
    <>
      <path d="M6 30h76v44H6z" />
      <path d="M82 42h12v20H82z" className="solid" />
      <path d="M16 40h8v24h-8z" className="solid" />
      <path d="M48 40v16M48 65v1" fill="none" className="bold" />
    </>
  ),
  unwell: (
    // A spanner.
    <path
      d="M88 24a24 24 0 0 1-32 29L25 86a8 8 0 0 1-12-12l33-31A24 24 0 0 1 75 11L60 26l2 12 12 2z"
      className="thick"
    />
  ),
}

export function Ailments({ of }: { of: readonly Ailment[] }) {
  const { t } = useTranslation('kiosk')
  if (of.length === 0) return null
  return (
    <ul className="ailments" aria-label={t('ailments')}>
      {of.map((name) => (
        <li key={name}>
          <svg viewBox="0 0 100 100" role="img" aria-label={t(`ail_${name}`)} data-ailment={name}>
            {drawings[name]}
          </svg>
        </li>
      ))}
    </ul>
  )
}

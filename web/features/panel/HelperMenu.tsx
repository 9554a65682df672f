// For the helper of the village: try the keys, make it louder, see what is
// wrong. It lies between the keys, which go on working, and is gone by itself.

import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ailmentsOf, keyFault } from './ailments.ts'
import { useLongPress } from './useLongPress.ts'
import type { Volume } from './useVolume.ts'
import type { Key, View } from './view.ts'

/** Closed after this long without a touch, in milliseconds. */
export const closesAfter = 60_000

/** The corner that opens it: three dots that say nothing to a villager. */
export function HelperCorner({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation('kiosk')
  const { held, props } = useLongPress(onOpen)
  return (
    <button
      type="button"
      className="corner"
      aria-label={t('helper_open')}
      data-held={held}
      {...props}
    >
      <svg viewBox="0 0 60 60" aria-hidden="true">
        <circle cx="30" cy="14" r="4" />
        <circle cx="30" cy="30" r="4" />
        <circle cx="30" cy="46" r="4" />
      </svg>
    </button>
  )
}

type Props = {
  view: View
  volume: Volume
  say: (prompts: readonly string[]) => void
  onPractise: () => void
  onClose: () => void
}

export function HelperMenu({ view, volume, say, onPractise, onClose }: Props) {
  const { t } = useTranslation('kiosk')
  const touched = useAutoClose(onClose)
  const change = (by: 1 | -1) => {
    volume.change(by)
    say([by > 0 ? 'volume_louder' : 'volume_softer'])
  }
  return (
    <section
      className="stage helper"
      aria-label={t('helper')}
      onPointerDown={touched}
      onKeyDown={touched}
    >
      <h1 className="unseen">{t('helper')}</h1>
      <div className="does">
        <Do onDo={onPractise} picture={practice}>
          {t('helper_practise')}
        </Do>
        <Do onDo={onClose} picture={<path d="M20 20l60 60M80 20L20 80" fill="none" />}>
          {t('helper_close')}
        </Do>
      </div>
      <div className="does">
        <Do onDo={() => change(-1)} off={volume.step === 0} picture={loudspeaker(1)}>
          {t('helper_softer')}
        </Do>
        <Do onDo={() => say(['volume_test'])} picture={<Bars volume={volume} />}>
          {t('helper_try')}
        </Do>
        <Do onDo={() => change(1)} off={volume.step === volume.steps - 1} picture={loudspeaker(3)}>
          {t('helper_louder')}
        </Do>
      </div>
      <Condition view={view} />
    </section>
  )
}

/** Calls `onClose` when nobody has touched anything for a minute. */
function useAutoClose(onClose: () => void): () => void {
  const [touches, setTouches] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each touch begins the minute anew
  useEffect(() => {
    const timer = setTimeout(onClose, closesAfter)
    return () => clearTimeout(timer)
  }, [touches])
  return () => setTouches((n) => n + 1)
}

type DoProps = { onDo: () => void; off?: boolean; picture: ReactNode; children: ReactNode }

function Do({ onDo, off = false, picture, children }: DoProps) {
  return (
    <button type="button" className="do" disabled={off} onClick={onDo}>
      <svg viewBox="0 0 100 100" aria-hidden="true">
        {picture}
      </svg>
      {children}
    </button>
  )
}

const practice = (
  <>
    <path d="M16 30h17l12 12v17L33 71H16L4 59V42z" className="red" />
    <circle cx="75" cy="50.5" r="21" className="green" />
  </>
)

function loudspeaker(waves: number) {
  return (
    <>
      <path d="M8 38h18l22-20v64L26 62H8z" />
      {['M60 40q8 10 0 20', 'M70 30q16 20 0 40', 'M80 20q24 30 0 60'].slice(0, waves).map((d) => (
        <path key={d} d={d} fill="none" />
      ))}
    </>
  )
}

/** As many bars as the volume has steps; those that count are filled. */
function Bars({ volume }: { volume: Volume }) {
  return Array.from({ length: volume.steps }, (_, i) => (
    <path
      // biome-ignore lint/suspicious/noArrayIndexKey: the bars never move
      key={i}
      d={`M${4 + i * 19} 90v-${18 + i * 15}h14v${18 + i * 15}z`}
      className={i <= volume.step ? 'solid' : ''}
    />
  ))
}

/** Line, power, what is wrong, version: each in a few words. */
function Condition({ view }: { view: View }) {
  const { t } = useTranslation('kiosk')
  const { home, county, power, version } = view
  const keys: Key[] = ['urgent', 'enquiry']
  const wrong = [
    ...keys.flatMap((key) => {
      const fault = keyFault(key, view.faults)
      return fault ? [`${t(`name_${key}`)}${t(`key_${fault}`)}`] : []
    }),
    ...ailmentsOf({ faults: view.faults, power: undefined }).map((name) => t(`ail_${name}`)),
  ]
  const charge = power && power.percent >= 0 ? ` ${power.percent}%` : ''
  const rows = {
    line: t(home ? 'line_ok' : county ? 'line_county' : 'line_none'),
    power: power ? t(power.mains ? 'power_mains' : 'power_battery') + charge : t('power_unknown'),
    faults: wrong.length > 0 ? wrong.join(t('and')) : t('no_faults'),
    ...(version ? { version } : {}),
  }
  return (
    <dl className="condition">
      {Object.entries(rows).map(([name, value]) => (
        <div key={name} data-row={name}>
          <dt>{t(`helper_${name as keyof typeof rows}`)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

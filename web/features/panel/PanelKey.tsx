// One of the two keys on the glass. Red is an octagon with a bell at the left,
// green a circle with a question mark at the right: shape, place and word say it
// too, so nobody has to see the colour.

import { useTranslation } from 'react-i18next'
import { usePress } from './usePress.ts'
import type { Key } from './view.ts'

type Props = {
  of: Key
  /** The open call was placed with this key. */
  active: boolean
  /** True: it presses. False: it only shows where the real key is. */
  demo: boolean
  onDown: (key: Key) => void
  onUp: (key: Key) => void
}

const shapes: Record<Key, React.ReactNode> = {
  urgent: (
    <>
      <path className="face" d="M31 4h38l27 27v38L69 96H31L4 69V31z" />
      <path className="mark" d="M50 20v36" />
      <circle className="dot" cx="50" cy="76" r="8" />
    </>
  ),
  enquiry: (
    <>
      <circle className="face" cx="50" cy="50" r="46" />
      <path className="mark" d="M34 38c0-10 7-17 16-17s16 7 16 16c0 11-16 12-16 24" fill="none" />
      <circle className="dot" cx="50" cy="78" r="7" />
    </>
  ),
}

export function PanelKey({ of, active, demo, onDown, onUp }: Props) {
  const { t } = useTranslation('kiosk')
  const { held, props } = usePress({ onDown: () => onDown(of), onUp: () => onUp(of) })
  const pressed = held || active
  const body = (
    <>
      <svg className="shape" viewBox="0 0 100 100" aria-hidden="true">
        {shapes[of]}
      </svg>
      <span className="words">
        <span>{t(`key_${of}`)}</span> <span>{t(`name_${of}`)}</span>
      </span>
      <span className="told">
        {pressed ? (
          <>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M3 13l6 7L21 4" />
            </svg>
            <span>{t('key_pressed')}</span>
          </>
        ) : null}
      </span>
    </>
  )
  const marks = { 'data-key': of, 'data-pressed': pressed, 'data-held': held }
  if (demo) {
    return (
      <button type="button" className={`key ${of}`} {...marks} {...props}>
        {body}
      </button>
    )
  }
  return (
    <div className={`key ${of} real`} {...marks}>
      {body}
      <svg className="arrow" viewBox="0 0 100 50" aria-hidden="true">
        <path d="M50 50L4 4h92z" />
      </svg>
    </div>
  )
}

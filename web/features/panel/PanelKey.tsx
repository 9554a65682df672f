// One of the two keys on the glass. Red is an octagon with a bell at the left,
// green a circle with a question mark at the right: shape, place and word say it
// too, so nobody has to see the colour.

import { useTranslation } from 'react-i18next'
import type { KeyFault } from './ailments.ts'
import { usePress } from './usePress.ts'
import type { Key } from './view.ts'

type Props = {
  of: Key
  /** The open call was placed with this key. */
  active: boolean
  /** True: it presses. False: it only shows where the real key is. */
  demo: boolean
  /** It asks how the talk was: red is bad, green is good. */
  rates: boolean
  fault: KeyFault | null
  onDown: (key: Key) => void
  onUp: (key: Key) => void
  /** A finger on the drawing of a key that is elsewhere: it is told what the key is for. */
  onTouch: (key: Key) => void
}

const bodies: Record<Key, React.ReactNode> = {
  urgent: <path className="face" d="M31 4h38l27 27v38L69 96H31L4 69V31z" />,
  enquiry: <circle className="face" cx="50" cy="50" r="46" />,
}
const marks: Record<Key, React.ReactNode> = {
  urgent: (
    <>
      <path className="mark" d="M50 20v36" />
      <circle className="dot" cx="50" cy="76" r="8" />
    </>
  ),
  enquiry: (
    <>
      <path className="mark" d="M34 38c0-10 7-17 16-17s16 7 16 16c0 11-16 12-16 24" fill="none" />
      <circle className="dot" cx="50" cy="78" r="7" />
    </>
  ),
}
/** A sad face and one that smiles. */
const faces: Record<Key, React.ReactNode> = {
  urgent: <path className="mark fine" d="M34 36v5M66 36v5M30 72Q50 50 70 72" fill="none" />,
  enquiry: <path className="mark fine" d="M34 34v6M66 34v6M28 58Q50 84 72 58" fill="none" />,
}

export function PanelKey(props: Props) {
  const { of, active, demo, rates, fault, onDown, onUp, onTouch } = props
  const { t } = useTranslation('kiosk')
  const { held, props: press } = usePress({ onDown: () => onDown(of), onUp: () => onUp(of) })
  const pressed = held || active
  const body = (
    <>
      <svg className="shape" viewBox="0 0 100 100" aria-hidden="true">
        {bodies[of]}
        {rates ? faces[of] : marks[of]}
        {fault ? <path className="broken" d="M8 8l84 84M92 8L8 92" /> : null}
      </svg>
      <span className="words">
        <span>{t(rates ? `rate_${of}` : `key_${of}`)}</span> <span>{t(`name_${of}`)}</span>
      </span>
      <span className="told">
        <Told pressed={pressed} fault={fault} />
      </span>
    </>
  )
  const state = {
    'data-key': of,
    'data-pressed': pressed,
    'data-held': held,
    'data-fault': fault ?? undefined,
  }
  if (demo) {
    return (
      <button type="button" className={`key ${of}`} {...state} {...press}>
        {body}
      </button>
    )
  }
  return (
    <div className={`key ${of} real`} {...state} onPointerDown={() => onTouch(of)}>
      {body}
      <svg className="arrow" viewBox="0 0 100 50" aria-hidden="true">
        <path d="M50 50L4 4h92z" />
      </svg>
    </div>
  )
}

/** Under the words: that it is pressed, or that it does not work. */
function Told({ pressed, fault }: { pressed: boolean; fault: KeyFault | null }) {
  const { t } = useTranslation('kiosk')
  if (!pressed) return fault ? <b className="fails">{t(`key_${fault}`)}</b> : null
  return (
    <>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d="M3 13l6 7L21 4" />
      </svg>
      <span>{t('key_pressed')}</span>
    </>
  )
}

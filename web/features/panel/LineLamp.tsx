// Whether the lines are up: a tick, a hill or a cross, and a word.

import { useTranslation } from 'react-i18next'

const drawings = {
  ok: <path d="M8 26l10 12L42 12" />,
  county: <path d="M6 40L25 10l19 30z" />,
  none: <path d="M10 10l30 30M40 10L10 40" />,
}

export function LineLamp({ home, county }: { home: boolean; county: boolean }) {
  const { t } = useTranslation('kiosk')
  const line = home ? 'ok' : county ? 'county' : 'none'
  return (
    <p className="line" data-line={line}>
      <svg viewBox="0 0 50 50" aria-hidden="true">
        {drawings[line]}
      </svg>
      {t(`line_${line}`)}
    </p>
  )
}

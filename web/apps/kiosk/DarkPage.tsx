// A quiet call: for somebody who must not be seen to call. The glass is black
// and nothing moves; whoever stands right before it sees one faint dot when the
// press is taken and two when somebody listens. The keys are where they always
// are, and go on working.

import { useTranslation } from 'react-i18next'
import { PanelKey } from '@/features/panel/PanelKey.tsx'
import type { Screen } from '@/features/panel/screen.ts'
import type { Panel } from '@/features/panel/usePanel.ts'

export function DarkPage({ panel, screen }: { panel: Panel; screen: Screen }) {
  const { t } = useTranslation('kiosk')
  const key = {
    demo: panel.view?.demo_keys === true,
    active: false,
    rates: false,
    fault: null,
    onDown: panel.down,
    onUp: panel.up,
    onTouch: () => {},
  }
  const dots = screen.name === 'answered' ? 2 : 1
  return (
    <>
      <PanelKey of="urgent" {...key} />
      <section className="stage" aria-label={t('title')}>
        <h1 className="unseen">{t('quiet')}</h1>
        <svg className="dots" viewBox="0 0 40 10" aria-hidden="true" data-dots={dots}>
          <circle cx="35" cy="5" r="2" />
          {dots === 2 ? <circle cx="25" cy="5" r="2" /> : null}
        </svg>
      </section>
      <PanelKey of="enquiry" {...key} />
    </>
  )
}

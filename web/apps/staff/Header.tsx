import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { signOut } from '@/features/session/api.ts'
import type { Me } from '@/shared/api/schema.ts'
import { timeOfDay } from '@/shared/format/index.ts'
import { useLive } from '@/shared/live/index.ts'
import { useNowAs } from '@/shared/ui/clock.ts'
import { CheckIcon } from '@/shared/ui/icons.tsx'
import { LanguageButton } from './LanguageButton.tsx'
import type { Page } from './Staff.tsx'
import { useTheShift } from './shift.ts'

/** Where this is, who sits here, and the shift. */
export function Header({ page, me }: { page: Page; me: Me }) {
  const { t } = useTranslation(['shared', 'duty', 'session'])
  const shift = useTheShift()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = async () => {
    if (shift.wanted) await shift.end()
    await signOut().catch(() => {}) // signed out already, or the hub is away
    await navigate({ to: '/sign-in' })
    queries.clear()
  }
  return (
    <header className="top">
      <a className="skip" href="#work">
        {t('skip')}
      </a>
      <h1>
        {me.site.name} <span className="page-name">{t(`title_${page}`)}</span>
      </h1>
      {me.demo && <span className="demo">{t('banner_demo')}</span>}
      <nav aria-label={t(`title_${page}`)}>
        <Link to="/" activeOptions={{ exact: true }}>
          {t('to_work')}
          <OpenCalls />
        </Link>
        <Link to="/calls">{t('to_history')}</Link>
        <Link to="/devices">{t('to_devices')}</Link>
      </nav>
      <WallClock />
      <span className="who">
        <b>{me.person.name}</b> {me.person.post}
      </span>
      {shift.onDuty && (
        <>
          <span className="on-duty">
            <CheckIcon size={20} /> {t('duty:on_duty_now')}
          </span>
          <Button onClick={shift.end}>{t('duty:end')}</Button>
        </>
      )}
      <LanguageButton />
      <Button onClick={leave}>{t('session:sign_out')}</Button>
    </header>
  )
}

/** How many calls are open, to be seen from every route. */
function OpenCalls() {
  const { book } = useLive()
  return book && book.calls.size > 0 ? <b className="open-calls">{book.calls.size}</b> : null
}

function WallClock() {
  const time = useNowAs(() => timeOfDay(Date.now()))
  return <time className="wall-clock">{time}</time>
}

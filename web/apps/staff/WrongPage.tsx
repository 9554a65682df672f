import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { signOut } from '@/features/session/api.ts'
import type { Me } from '@/shared/api/schema.ts'

/** For an account that works elsewhere: the way there, and the way out. */
export function WrongPage({ me }: { me: Me }) {
  const { t } = useTranslation('session')
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = async () => {
    await signOut().catch(() => {}) // signed out already, or the hub is away
    await navigate({ to: '/sign-in' })
    queries.clear()
  }
  return (
    <main className="sign-in sheet">
      <h1>{me.person.name}</h1>
      <p>{t('wrong_page')}</p>
      {me.pages.includes('desk') && <a href="/desk">{t('go_to_desk')}</a>}
      {me.pages.includes('centre') && <a href="/centre">{t('go_to_centre')}</a>}
      <Button size="large" onClick={leave}>
        {t('sign_out')}
      </Button>
    </main>
  )
}

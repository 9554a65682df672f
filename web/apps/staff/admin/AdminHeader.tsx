import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { signOut } from '@/features/session/api.ts'
import type { Me } from '@/shared/api/schema.ts'
import { LanguageButton } from '../LanguageButton.tsx'

/** Signs out and shows the way in again. */
export function useLeave(): () => Promise<void> {
  const queries = useQueryClient()
  const navigate = useNavigate()
  return async () => {
    await signOut().catch(() => {}) // signed out already, or the hub is away
    await navigate({ to: '/sign-in' })
    queries.clear()
  }
}

/** Where this is and who sits here; no shift, for nothing rings here. */
export function AdminHeader({ me, leave }: { me: Me; leave: () => Promise<void> }) {
  const { t } = useTranslation(['shared', 'session'])
  return (
    <header className="top">
      <h1>
        {me.site.name} <span className="page-name">{t('title_admin')}</span>
      </h1>
      {me.demo && <span className="demo">{t('banner_demo')}</span>}
      <span className="who admin-who">
        <b>{me.person.name}</b> {me.person.post}
      </span>
      <LanguageButton />
      <Button onClick={() => void leave()}>{t('session:sign_out')}</Button>
    </header>
  )
}

import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { meQuery } from '@/features/session/api.ts'
import { SignIn } from '@/features/session/SignIn.tsx'
import type { Me } from '@/shared/api/schema.ts'
import { LanguageButton } from './LanguageButton.tsx'

/** Sign-in, then on to the work, or to the page that this account uses. */
export function SignInRoute({ page }: { page: 'desk' | 'centre' }) {
  const { t } = useTranslation()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const title = t(`title_${page}`)
  const onSignedIn = (me: Me) => {
    queries.setQueryData(meQuery.queryKey, me)
    const other = elsewhere(me, page)
    if (other) location.assign(other)
    else void navigate({ to: '/' })
  }
  return (
    <div className="sign-in-page">
      <SignIn title={`呼应 · ${title}`} onSignedIn={onSignedIn} />
      <LanguageButton />
    </div>
  )
}

/** The address of the page that somebody works on, if it is not this one. */
export function elsewhere(me: Me, page: 'desk' | 'centre'): string | null {
  if (me.pages.includes(page)) return null
  const other = me.pages.find((p) => p === 'desk' || p === 'centre')
  return other ? `/${other}` : null
}

import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { Button } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'

/** Tries again by itself: a hub that restarts is back within seconds. */
const againMs = 3_000

/** Instead of the page, when the hub could not say who is signed in. */
export function LoadFailed({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  const router = useRouter()
  useEffect(() => {
    const timer = setInterval(() => void router.invalidate(), againMs)
    return () => clearInterval(timer)
  }, [router])
  return (
    <main className="sign-in sheet">
      <h1>{t('load_failed')}</h1>
      <Banner urgent>{sentenceOf(error)}</Banner>
      <Button type="primary" size="large" onClick={() => void router.invalidate()}>
        {t('retry')}
      </Button>
    </main>
  )
}

/** An address that this page does not know. */
export function NothingHere() {
  const { t } = useTranslation()
  return (
    <main className="sign-in sheet">
      <h1>{t('nothing_here')}</h1>
      <Link to="/">{t('to_work')}</Link>
    </main>
  )
}

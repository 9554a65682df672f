import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useShift } from '@/features/duty/useShift.ts'
import { meQuery } from '@/features/session/api.ts'
import { hubLine, LineContext, useLive } from '@/shared/live/index.ts'
import { Banners } from './Banners.tsx'
import { Header } from './Header.tsx'
import { ShiftContext } from './shift.ts'
import { useAlarm } from './useAlarm.ts'

export type Page = 'desk' | 'centre'

/** Everything around the work of somebody signed in; owns the live line. */
export function Staff({ page }: { page: Page }) {
  const [line] = useState(hubLine)
  useEffect(() => {
    const hurry = () => line.hurry()
    line.start()
    window.addEventListener('online', hurry)
    return () => {
      window.removeEventListener('online', hurry)
      line.stop()
    }
  }, [line])
  return (
    <LineContext value={line}>
      <Shell page={page} />
    </LineContext>
  )
}

function Shell({ page }: { page: Page }) {
  const { data: me } = useSuspenseQuery(meQuery)
  const shift = useShift()
  useLeaveWhenSignedOut()
  useAlarm(page, me.site.name)
  return (
    <ShiftContext value={shift}>
      <Header page={page} me={me} />
      <Banners />
      <main id="work">
        <Outlet />
      </main>
    </ShiftContext>
  )
}

function useLeaveWhenSignedOut(): void {
  const { state } = useLive()
  const queries = useQueryClient()
  const navigate = useNavigate()
  useEffect(() => {
    if (state !== 'signed_out') return
    void navigate({ to: '/sign-in' }).then(() => queries.clear())
  }, [state, navigate, queries])
}

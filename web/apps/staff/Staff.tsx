import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { useShift } from '@/features/duty/useShift.ts'
import { meQuery } from '@/features/session/api.ts'
import { hubLine, LineContext, useLive } from '@/shared/live/index.ts'
import { useUnlockAtGesture } from '@/shared/ui/sound.ts'
import { Banners } from './Banners.tsx'
import { Header } from './Header.tsx'
import { ShiftContext } from './shift.ts'
import { useAlarm } from './useAlarm.ts'
import { WrongPage } from './WrongPage.tsx'

export type Page = 'desk' | 'centre'

interface StaffProps {
  page: Page
  /** What somebody does here with calls. */
  Work: () => ReactNode
}

/** Everything around the work of somebody signed in; owns the live line. */
export function Staff({ page, Work }: StaffProps) {
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
      <Shell page={page} Work={Work} />
    </LineContext>
  )
}

function Shell({ page, Work }: StaffProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  const working = useLocation({ select: ({ pathname }) => pathname === '/' })
  const shift = useShift()
  useUnlockAtGesture(shift.wanted)
  useLeaveWhenSignedOut()
  useAlarm(page, me.site.name)
  if (!me.pages.includes(page)) return <WrongPage me={me} />
  return (
    <ShiftContext value={shift}>
      <Header page={page} me={me} />
      <Banners />
      <main id="work">
        {/* Hidden, not left: a conversation goes on while something is looked up. */}
        <div hidden={!working}>
          <Work />
        </div>
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

import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { PointDrawer } from '@/features/devices/PointDrawer.tsx'
import { useShift } from '@/features/duty/useShift.ts'
import { meQuery } from '@/features/session/api.ts'
import { hubLine, LineContext, useLive } from '@/shared/live/index.ts'
import { useUnlockAtGesture } from '@/shared/ui/sound.ts'
import { AdminShell } from './admin/AdminShell.tsx'
import { Banners } from './Banners.tsx'
import { DeviceAlarms } from './DeviceAlarms.tsx'
import { DetailsContext } from './devices.ts'
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

/**
 * Everything around the work of somebody signed in. An administrator hears no
 * calls and so has no live line: devices take the place of the work.
 */
export function Staff(props: StaffProps) {
  const { data: me } = useSuspenseQuery(meQuery)
  return me.person.role === 'administrator' ? <AdminShell me={me} /> : <OnTheLine {...props} />
}

/** Owns the live line. */
function OnTheLine({ page, Work }: StaffProps) {
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
  const { ringing, busy } = useAlarm(page, me.site.name)
  const { book } = useLive()
  const [kiosk, setKiosk] = useState<string | null>(null)
  useEffect(() => {
    if (!ringing) return
    // Nothing lies over a card that rings, and it is in sight.
    setKiosk(null)
    window.scrollTo({ top: 0 })
  }, [ringing])
  if (!me.pages.includes(page)) return <WrongPage me={me} />
  return (
    <ShiftContext value={shift}>
      <DetailsContext value={setKiosk}>
        <Header page={page} me={me} />
        {book && <DeviceAlarms book={book} busy={busy} />}
        <Banners />
        <main id="work">
          {/* Hidden, not left: a conversation goes on while something is looked up. */}
          <div hidden={!working}>
            <Work />
          </div>
          <Outlet />
        </main>
        <PointDrawer kiosk={kiosk} onClose={() => setKiosk(null)} />
      </DetailsContext>
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

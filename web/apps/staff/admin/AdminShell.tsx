import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Tabs } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AlarmBanner } from '@/features/devices/AlarmBanner.tsx'
import { healthQuery, ticketsQuery } from '@/features/devices/api.ts'
import { alarms, ticketsInOrder } from '@/features/devices/order.ts'
import { PointDrawer } from '@/features/devices/PointDrawer.tsx'
import { TicketList } from '@/features/devices/TicketList.tsx'
import { CommonSettings } from '@/features/enrolment/KioskSettings.tsx'
import { RootCertificate } from '@/features/enrolment/RootCertificate.tsx'
import { Releases } from '@/features/releases/Releases.tsx'
import { isSignedOut, sentenceOf } from '@/shared/api/problem.ts'
import type { Me } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { goTo } from '../DeviceAlarms.tsx'
import { AdminHeader, useLeave } from './AdminHeader.tsx'
import { Kiosks } from './Kiosks.tsx'

/** The administrator's page: kiosks, their faults, their settings, the root. */
export function AdminShell({ me }: { me: Me }) {
  const { t } = useTranslation(['enrolment', 'releases'])
  const [tab, setTab] = useState('kiosks')
  const [kiosk, setKiosk] = useState<string | null>(null)
  const health = useQuery(healthQuery)
  const asked = useQuery(ticketsQuery)
  const leave = useLeave()
  const queries = useQueryClient()
  const tickets = useMemo(() => ticketsInOrder(asked.data ?? []), [asked.data])
  const points = health.data?.points ?? []
  const nameOf = (id: string) => points.find((p) => p.kiosk === id)?.point.name ?? id
  const problem = health.error ?? asked.error
  if (isSignedOut(problem)) return <SignedOut leave={leave} />
  return (
    <>
      <AdminHeader me={me} leave={leave} />
      <AlarmBanner
        alarms={alarms(tickets)}
        busy={false}
        onShow={(ticket) => {
          setTab('tickets')
          // The tab has to be there first.
          requestAnimationFrame(() => goTo(ticket))
        }}
      />
      {problem && <Banner urgent>{sentenceOf(problem)}</Banner>}
      <main id="work" className="admin">
        <Tabs
          activeKey={tab}
          onChange={setTab}
          items={[
            {
              key: 'kiosks',
              label: t('tab_kiosks'),
              children: (
                <Kiosks
                  kiosks={points}
                  tickets={tickets}
                  onDetails={setKiosk}
                  onChanged={() => void queries.invalidateQueries(healthQuery)}
                />
              ),
            },
            {
              key: 'tickets',
              forceRender: true,
              label: (
                <>
                  {t('tab_tickets')}
                  {tickets.length > 0 && <b className="open-calls">{tickets.length}</b>}
                </>
              ),
              children: (
                <TicketList tickets={tickets} me={me.person} nameOf={nameOf} onDetails={setKiosk} />
              ),
            },
            { key: 'common', label: t('tab_common'), children: <CommonSettings /> },
            { key: 'releases', label: t('releases:tab'), children: <Releases /> },
            { key: 'root', label: t('tab_root'), children: <RootCertificate /> },
          ]}
        />
      </main>
      <PointDrawer kiosk={kiosk} onClose={() => setKiosk(null)} />
    </>
  )
}

/** The session ended at the hub; the way back in. */
function SignedOut({ leave }: { leave: () => Promise<void> }) {
  const { t } = useTranslation()
  return (
    <main className="sign-in sheet">
      <Banner urgent>{t('problem_signed_out')}</Banner>
      <button type="button" onClick={() => void leave()}>
        {t('retry')}
      </button>
    </main>
  )
}

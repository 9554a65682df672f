import { App, Button, Drawer } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { AddPoint } from '@/features/enrolment/AddPoint.tsx'
import type { Kiosk } from '@/features/enrolment/api.ts'
import { CodeDialog } from '@/features/enrolment/CodeDialog.tsx'
import { KioskSettings } from '@/features/enrolment/KioskSettings.tsx'
import { KioskTable } from '@/features/enrolment/KioskTable.tsx'
import { RevokeDialog } from '@/features/enrolment/RevokeDialog.tsx'
import type { Ticket } from '@/shared/api/schema.ts'
import { AlarmIcon } from '@/shared/ui/icons.tsx'

type Named = Pick<Kiosk, 'kiosk' | 'point'>

interface KiosksProps {
  kiosks: readonly Kiosk[]
  tickets: readonly Ticket[]
  onDetails: (kiosk: string) => void
  onChanged: () => void
}

type Open = { what: 'add' } | { what: 'code' | 'settings' | 'revoke'; of: Named }

/** The kiosks, and one dialog at a time about one of them. */
export function Kiosks({ kiosks, tickets, onDetails, onChanged }: KiosksProps) {
  const { t } = useTranslation('enrolment')
  const { notification } = App.useApp()
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  const about = (what: 'code' | 'settings' | 'revoke') => (open?.what === what ? open.of : null)
  const settings = about('settings')
  return (
    <>
      <Clones
        tickets={tickets}
        kiosks={kiosks}
        onRevoke={(of) => setOpen({ what: 'revoke', of })}
      />
      <KioskTable
        kiosks={kiosks}
        onAdd={() => setOpen({ what: 'add' })}
        onCode={(of) => setOpen({ what: 'code', of })}
        onSettings={(of) => setOpen({ what: 'settings', of })}
        onRevoke={(of) => setOpen({ what: 'revoke', of })}
        onDetails={onDetails}
      />
      <AddPoint
        open={open?.what === 'add'}
        onAdded={(of) => {
          onChanged()
          setOpen({ what: 'code', of })
        }}
        onCancel={close}
      />
      <CodeDialog of={about('code')} onClose={close} />
      <RevokeDialog
        of={about('revoke')}
        onRevoked={(of) => {
          onChanged()
          close()
          notification.info({ title: t('revoked', { point: of.point.name }), role: 'status' })
        }}
        onCancel={close}
      />
      <Drawer
        open={settings !== null}
        onClose={close}
        size={640}
        destroyOnHidden
        title={settings && t('settings_heading', { point: settings.point.name })}
      >
        {settings && <KioskSettings kiosk={settings.kiosk} />}
      </Drawer>
    </>
  )
}

/** Copied identities, with the way out beside them. */
function Clones({
  tickets,
  kiosks,
  onRevoke,
}: Pick<KiosksProps, 'tickets' | 'kiosks'> & { onRevoke: (of: Named) => void }) {
  const { t } = useTranslation('enrolment')
  const ids = tickets.filter((x) => x.code === 'clone' && x.present).map((x) => x.kiosk)
  return kiosks
    .filter(({ kiosk, health }) => ids.includes(kiosk) && health.state !== 'retired')
    .map((of) => (
      <section key={of.kiosk} className="clone sheet" aria-label={of.point.name}>
        <AlarmIcon size={32} />
        <div>
          <h2>{t('clone_heading', { point: of.point.name })}</h2>
          <p>{t('clone_do')}</p>
        </div>
        <Button
          danger
          aria-label={t('act_revoke_of', { point: of.point.name })}
          onClick={() => onRevoke(of)}
        >
          {t('act_revoke')}
        </Button>
      </section>
    ))
}

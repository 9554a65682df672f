import { useMutation } from '@tanstack/react-query'
import { Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { type Kiosk, revoke } from './api.ts'

type Named = Pick<Kiosk, 'kiosk' | 'point'>

interface RevokeProps {
  of: Named | null
  onRevoked: (of: Named) => void
  onCancel: () => void
}

/** Names what happens, and wants the village's name typed: presses there will reach nobody. */
export function RevokeDialog({ of, onRevoked, onCancel }: RevokeProps) {
  return of && <Confirm key={of.kiosk} of={of} onRevoked={onRevoked} onCancel={onCancel} />
}

function Confirm({ of, onRevoked, onCancel }: RevokeProps & { of: Named }) {
  const { t } = useTranslation('enrolment')
  const [typed, setTyped] = useState('')
  const field = useId()
  const point = of.point.name
  const revoking = useMutation({
    mutationFn: () => revoke(of.kiosk),
    onSuccess: () => onRevoked(of),
  })
  return (
    <Modal
      open
      title={t('revoke_heading', { point })}
      okText={t('revoke_do')}
      okButtonProps={{ danger: true, disabled: typed.trim() !== point }}
      cancelText={t('cancel')}
      confirmLoading={revoking.isPending}
      onOk={() => revoking.mutate()}
      onCancel={onCancel}
    >
      <ul className="consequences">
        <li>{t('revoke_line', { kiosk: of.kiosk })}</li>
        <li>
          <b>{t('revoke_press')}</b>
        </li>
        <li>{t('revoke_back')}</li>
        <li>{t('revoke_when')}</li>
      </ul>
      <label htmlFor={field}>{t('revoke_type', { point })}</label>
      <Input
        id={field}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        autoComplete="off"
      />
      {revoking.isError && <Banner urgent>{sentenceOf(revoking.error)}</Banner>}
    </Modal>
  )
}

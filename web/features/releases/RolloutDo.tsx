import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { Rollout, RolloutKiosk } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { type Act, lead, rolloutQuery } from './api.ts'

interface DoProps {
  act: Act
  rollout: Rollout
  kiosks: readonly RolloutKiosk[]
  onClose: () => void
}

/** Says what will happen before it does; wants reasons where kiosks are left behind. */
export function RolloutDo({ act, rollout, kiosks, onClose }: DoProps) {
  const { t } = useTranslation('releases')
  const queries = useQueryClient()
  const [note, setNote] = useState('')
  const [reasons, setReasons] = useState<Record<string, string>>({})
  const field = useId()
  const missing = act === 'advance' ? kiosks.filter((k) => k.missing) : []
  const given = Object.fromEntries(
    missing.map((k) => [k.kiosk, (reasons[k.kiosk] ?? '').trim()] as const),
  )
  const halted = rollout.state === 'halted'
  const doing = useMutation({
    mutationFn: () => lead({ act, from: rollout.stage, note: note.trim(), reasons: given }),
    onSuccess: (data) => {
      queries.setQueryData(rolloutQuery.queryKey, data)
      onClose()
    },
  })
  const lacking =
    Object.values(given).includes('') || (act === 'resume' && halted && note.trim() === '')
  const which = act === 'advance' ? (rollout.stage === 'trial' ? 'tenth' : 'all') : act
  const lines = [1, 2] as const
  return (
    <Modal
      open
      title={t(`act_${which}`)}
      okText={t(`act_${which}`)}
      okButtonProps={{ danger: act === 'withdraw', disabled: lacking }}
      cancelText={t('cancel')}
      confirmLoading={doing.isPending}
      onOk={() => doing.mutate()}
      onCancel={onClose}
    >
      <ul className="consequences">
        {lines.map((n) => (
          <li key={n}>{t(`then_${which}_${n}`)}</li>
        ))}
        {(act === 'advance' || act === 'resume') && (
          <li>
            <b>{t('only_quiet')}</b>
          </li>
        )}
      </ul>
      {missing.length > 0 && (
        <fieldset className="reasons">
          <legend>{t('reasons', { count: missing.length })}</legend>
          {missing.map((k) => (
            <div key={k.kiosk}>
              <label htmlFor={`${field}-${k.kiosk}`}>
                {k.point.name}（{t(`missing_${k.missing ?? 'not_offered'}`)}）
              </label>
              <Input
                id={`${field}-${k.kiosk}`}
                maxLength={200}
                placeholder={t('reason_hint')}
                onChange={(event) => setReasons({ ...reasons, [k.kiosk]: event.target.value })}
              />
            </div>
          ))}
        </fieldset>
      )}
      {act !== 'advance' && (
        <>
          <label htmlFor={field}>{t(act === 'resume' && halted ? 'note_needed' : 'note')}</label>
          <Input
            id={field}
            value={note}
            maxLength={200}
            onChange={(event) => setNote(event.target.value)}
          />
        </>
      )}
      {doing.isError && <Banner urgent>{sentenceOf(doing.error)}</Banner>}
    </Modal>
  )
}

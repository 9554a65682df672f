import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { Person, Ticket, TicketAction } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { doTicket, ticketsQuery } from './api.ts'

type Written = Exclude<TicketAction, 'take'>

/** What this person may do with a ticket now; all but taking it needs words. */
export function TicketDo({ ticket, me }: { ticket: Ticket; me: Person }) {
  const { t } = useTranslation('devices')
  const queries = useQueryClient()
  const [writing, setWriting] = useState<Written | null>(null)
  const doing = useMutation({
    mutationFn: ({ action, note }: { action: TicketAction; note?: string }) =>
      doTicket(ticket.id, action, note),
    onSuccess: () => {
      setWriting(null)
      void queries.invalidateQueries(ticketsQuery)
    },
  })
  // What is over only waits to be closed with a word.
  const may = ticket.present ? ticket.may : ticket.may.filter((action) => action === 'close')
  const written = (['stop_gap', 'repaired', 'close'] as const).filter((a) => may.includes(a))
  const open = writing && may.includes(writing) ? writing : null
  return (
    <>
      {doing.isError && <Banner urgent>{sentenceOf(doing.error)}</Banner>}
      {open ? (
        <TicketForm
          key={open}
          action={open}
          ticket={ticket}
          me={me}
          busy={doing.isPending}
          onSave={(note) => doing.mutate({ action: open, note })}
          onCancel={() => setWriting(null)}
        />
      ) : (
        <div className="call-do">
          {may.includes('take') && (
            <Button
              type="primary"
              loading={doing.isPending}
              onClick={() => doing.mutate({ action: 'take' })}
            >
              {t('act_take')}
            </Button>
          )}
          {written.map((action) => (
            <Button
              key={action}
              type={ticket.present ? 'default' : 'primary'}
              onClick={() => setWriting(action)}
            >
              {t(`act_${action}`)}
            </Button>
          ))}
        </div>
      )}
    </>
  )
}

interface FormProps {
  action: Written
  ticket: Ticket
  me: Person
  busy: boolean
  onSave: (note: string) => void
  onCancel: () => void
}

interface Words {
  who?: string
  what: string
}

const labels = {
  stop_gap: 'form_what',
  repaired: 'form_repaired',
  close: 'form_close',
} as const

function TicketForm({ action, ticket, me, busy, onSave, onCancel }: FormProps) {
  const { t } = useTranslation('devices')
  const save = ({ who, what }: Words) =>
    onSave(who ? t('stop_gap_said', { who: who.trim(), what: what.trim() }) : what.trim())
  return (
    <Form<Words>
      className="ticket-form"
      layout="vertical"
      requiredMark={false}
      initialValues={{ who: me.name }}
      onFinish={save}
    >
      {action === 'stop_gap' && (
        <>
          <h4>{t('form_stop_gap')}</h4>
          <Form.Item
            name="who"
            label={t('form_who')}
            rules={[{ required: true, whitespace: true, message: t('form_who_missing') }]}
          >
            <Input maxLength={40} />
          </Form.Item>
        </>
      )}
      {action === 'close' && ticket.present && ticket.phase !== 'repaired' && (
        <Banner>{t('form_close_stands')}</Banner>
      )}
      <Form.Item
        name="what"
        label={t(labels[action])}
        rules={[{ required: true, whitespace: true, message: t(`${labels[action]}_missing`) }]}
      >
        <Input.TextArea
          rows={2}
          maxLength={500}
          autoFocus
          placeholder={action === 'stop_gap' ? t('form_what_hint') : ''}
        />
      </Form.Item>
      <div className="call-do">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('form_save')}
        </Button>
        <Button onClick={onCancel}>{t('form_cancel')}</Button>
      </div>
    </Form>
  )
}

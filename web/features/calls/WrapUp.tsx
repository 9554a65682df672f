import { useMutation } from '@tanstack/react-query'
import { Button, Form, Input, Radio } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { Call } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { KeyMark } from '@/shared/ui/KeyMark.tsx'
import { Attended } from './Attended.tsx'
import { close, type Disposition, dispositions, type Outcome } from './api.ts'
import { speechNeeded } from './order.ts'

/**
 * The form after a call: what came of it. Closing needs a named outcome. Until
 * then the point can be called back: its kiosk joins by itself, nobody there
 * has to touch it.
 */
export function WrapUp({
  call,
  onCallBack,
  onClosed,
}: {
  call: Call
  onCallBack: () => void
  onClosed?: () => void
}) {
  const { t } = useTranslation('calls')
  const heading = `wrap-up-${call.id}`
  return (
    <section className="sheet wrap-up" aria-labelledby={heading}>
      <div className="call-head">
        <KeyMark of={call.key} />
        <h2 id={heading}>{t('wrap_up_of', { point: call.point.name })}</h2>
        {call.phase === 'wrap_up' && call.may.includes('answer') && (
          <Button size="large" onClick={onCallBack}>
            {t('call_back', { point: call.point.name })}
          </Button>
        )}
      </div>
      {speechNeeded(call) ? (
        <>
          <Banner>{t('speech_needed')}</Banner>
          <Attended call={call} />
        </>
      ) : (
        <OutcomeForm call={call} {...(onClosed ? { onClosed } : {})} />
      )}
    </section>
  )
}

function OutcomeForm({ call, onClosed }: { call: Call; onClosed?: () => void }) {
  const { t } = useTranslation('calls')
  const [form] = Form.useForm<Outcome>()
  const disposition: Disposition | undefined = Form.useWatch('disposition', form)
  const closing = useMutation({
    mutationFn: (outcome: Outcome) => close(call.id, { ...outcome, note: outcome.note ?? '' }),
    onSuccess: () => onClosed?.(),
  })
  return (
    <Form<Outcome> form={form} layout="vertical" onFinish={(outcome) => closing.mutate(outcome)}>
      {call.rating && <p className={`rating ${call.rating}`}>{t(`rated_${call.rating}`)}</p>}
      {call.attended_by && <p>{t('attended_by', { who: call.attended_by })}</p>}
      <Form.Item
        name="disposition"
        label={t('outcome')}
        rules={[{ required: true, message: t('outcome_missing') }]}
      >
        <Radio.Group className="outcomes" aria-label={t('outcome')}>
          {dispositions.map((code) => (
            <Radio key={code} value={code}>
              {t(`outcome_${code}`)}
            </Radio>
          ))}
        </Radio.Group>
      </Form.Item>
      <Form.Item
        name="note"
        label={disposition === 'other' ? t('note_required') : t('note')}
        dependencies={['disposition']}
        rules={[
          { required: disposition === 'other', whitespace: true, message: t('note_missing') },
        ]}
      >
        <Input.TextArea rows={3} maxLength={500} showCount />
      </Form.Item>
      {closing.isError && <Banner urgent>{sentenceOf(closing.error)}</Banner>}
      <Button type="primary" size="large" htmlType="submit" loading={closing.isPending}>
        {t('close')}
      </Button>
    </Form>
  )
}

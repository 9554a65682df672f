import { useMutation } from '@tanstack/react-query'
import { Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import type { Call } from '@/shared/api/schema.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { type Attendance, attended } from './api.ts'

/** Says who was on site; the live line brings the call back as attended. */
export function Attended({ call }: { call: Call }) {
  const { t } = useTranslation('calls')
  const saying = useMutation({
    mutationFn: (what: Attendance) => attended(call.id, { ...what, note: what.note ?? '' }),
  })
  return (
    <Form<Attendance>
      layout="vertical"
      requiredMark={false}
      onFinish={(what) => saying.mutate(what)}
    >
      <Form.Item
        name="who"
        label={t('attended_who')}
        rules={[{ required: true, whitespace: true, message: t('attended_who_missing') }]}
      >
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="note" label={t('attended_note')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
      {saying.isError && <Banner urgent>{sentenceOf(saying.error)}</Banner>}
      <Button type="primary" size="large" htmlType="submit" loading={saying.isPending}>
        {t('attended')}
      </Button>
    </Form>
  )
}

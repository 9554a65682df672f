import { useMutation } from '@tanstack/react-query'
import { Form, Input, InputNumber, Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { sentenceOf } from '@/shared/api/problem.ts'
import { Banner } from '@/shared/ui/Banner.tsx'
import { addPoint, type Kiosk } from './api.ts'

interface Words {
  code: string
  name: string
  number: number
}

interface AddProps {
  open: boolean
  onAdded: (kiosk: Pick<Kiosk, 'kiosk' | 'point'>) => void
  onCancel: () => void
}

const codePattern = /^(\d{12}|\d{15})$/

/** Makes a point with its kiosk known; a code for it comes next. */
export function AddPoint({ open, onAdded, onCancel }: AddProps) {
  const { t } = useTranslation('enrolment')
  const [form] = Form.useForm<Words>()
  const code = Form.useWatch('code', form) ?? ''
  const number = Form.useWatch('number', form) ?? 1
  const adding = useMutation({
    mutationFn: ({ code, name, number }: Words) =>
      addPoint({
        point: { code: code.trim(), name: name.trim() },
        kiosk: `${code.trim()}-${number}`,
      }),
    onSuccess: (added) => {
      form.resetFields()
      onAdded(added)
    },
  })
  const cancel = () => {
    adding.reset()
    onCancel()
  }
  return (
    <Modal
      open={open}
      title={t('add_heading')}
      okText={t('add_do')}
      cancelText={t('cancel')}
      confirmLoading={adding.isPending}
      onOk={form.submit}
      onCancel={cancel}
      forceRender
    >
      <Form<Words>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ number: 1 }}
        onFinish={(words) => adding.mutate(words)}
      >
        <Form.Item
          name="code"
          label={t('point_code')}
          extra={t('point_code_hint')}
          rules={[
            { required: true, message: t('point_code_wrong') },
            {
              transform: (value: string) => value?.trim(),
              pattern: codePattern,
              message: t('point_code_wrong'),
            },
          ]}
          validateTrigger="onBlur"
        >
          <Input inputMode="numeric" maxLength={20} autoComplete="off" />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('point_name')}
          extra={t('point_name_hint')}
          rules={[{ required: true, whitespace: true, message: t('point_name_missing') }]}
        >
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
        <Form.Item name="number" label={t('number')} rules={[{ required: true }]}>
          <InputNumber min={1} max={999} precision={0} />
        </Form.Item>
        {codePattern.test(code.trim()) && (
          <p>{t('kiosk_id', { kiosk: `${code.trim()}-${number}` })}</p>
        )}
        {adding.isError && <Banner urgent>{sentenceOf(adding.error)}</Banner>}
      </Form>
    </Modal>
  )
}

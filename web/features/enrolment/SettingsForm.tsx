import { Button, Form, Input, InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'
import type { KioskSettings } from '@/shared/api/schema.ts'
import { formOf, loudness, most, valuesOf, type Form as Words } from './settings.ts'

interface FormProps {
  values: KioskSettings
  /** What lies below and stands where a field is empty. */
  below?: KioskSettings
  saving: boolean
  onSave: (values: KioskSettings) => void
}

/** What may be told a kiosk from afar; an empty field says nothing. */
export function SettingsForm({ values, below = {}, saving, onSave }: FormProps) {
  const { t } = useTranslation('enrolment')
  const common = formOf(below)
  const under = (value: string | number | null) =>
    value ? t('set_as_common', { value }) : undefined
  return (
    <Form<Words>
      layout="vertical"
      requiredMark={false}
      initialValues={formOf(values)}
      onFinish={(words) => onSave(valuesOf(words))}
    >
      <Phones
        hint={under(common.phones.map(({ label, number }) => `${label} ${number}`).join('，'))}
      />
      <Form.Item name="volume" label={t('set_volume')} extra={under(common.volume)}>
        <InputNumber min={loudness.least} max={loudness.most} precision={0} />
      </Form.Item>
      <Form.Item
        name="media"
        label={t('set_media')}
        extra={under(common.media.replaceAll('\n', '，'))}
      >
        <Input.TextArea rows={2} placeholder={t('set_media_hint')} />
      </Form.Item>
      <fieldset className="set">
        <legend>{t('set_addresses')}</legend>
        <Form.Item name="home_url" label={t('set_home')} extra={under(common.home_url)}>
          <Input placeholder={t('set_url_hint')} />
        </Form.Item>
        <Form.Item name="last_url" label={t('set_last')} extra={under(common.last_url)}>
          <Input placeholder={t('set_url_hint')} />
        </Form.Item>
      </fieldset>
      <p className="quiet">{t('never_in_call')}</p>
      <Button type="primary" htmlType="submit" loading={saving}>
        {t('set_save')}
      </Button>
    </Form>
  )
}

function Phones({ hint }: { hint: string | undefined }) {
  const { t } = useTranslation('enrolment')
  const needed = { required: true, whitespace: true, message: t('set_missing') }
  return (
    <fieldset className="set">
      <legend>{t('set_phones')}</legend>
      <Form.List name="phones">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }, i) => (
              <div className="phone-set" key={key}>
                <Form.Item name={[name, 'label']} rules={[needed]}>
                  <Input
                    maxLength={40}
                    placeholder={t('set_phone_label')}
                    aria-label={t('set_phone_label_of', { n: i + 1 })}
                  />
                </Form.Item>
                <Form.Item name={[name, 'number']} rules={[needed]}>
                  <Input
                    maxLength={40}
                    inputMode="tel"
                    placeholder={t('set_phone_number')}
                    aria-label={t('set_phone_number_of', { n: i + 1 })}
                  />
                </Form.Item>
                <Button
                  aria-label={t('set_phone_remove', { n: i + 1 })}
                  onClick={() => remove(name)}
                >
                  ×
                </Button>
              </div>
            ))}
            {fields.length < most.phones && (
              <Button type="dashed" onClick={() => add({ label: '', number: '' })}>
                {t('set_phone_add')}
              </Button>
            )}
          </>
        )}
      </Form.List>
      {hint && <p className="quiet">{hint}</p>}
    </fieldset>
  )
}

import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { changeLocale, currentLocale } from '@/shared/i18n/index.ts'

/** Changes between the two languages; named in the one that it leads to. */
export function LanguageButton() {
  const { t } = useTranslation()
  const other = currentLocale() === 'en' ? 'zh-CN' : 'en'
  return (
    <Button type="text" lang={other} onClick={() => changeLocale(other)}>
      {t('language_other')}
    </Button>
  )
}

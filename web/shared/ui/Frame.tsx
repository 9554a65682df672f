import { App, ConfigProvider } from 'antd'
import en from 'antd/locale/en_US'
import zh from 'antd/locale/zh_CN'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { theme } from './theme.ts'
import './staff.css'
import './devices.css'
import './admin.css'
import './releases.css'

/** What surrounds every staff page: look, antd's own words, notices. */
export function Frame({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation()
  return (
    <ConfigProvider
      theme={theme}
      button={{ autoInsertSpace: false }}
      locale={i18n.language === 'en' ? en : zh}
    >
      <App component={false} notification={{ placement: 'bottomRight', duration: 8 }}>
        {children}
      </App>
    </ConfigProvider>
  )
}

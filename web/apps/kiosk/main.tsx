/** The kiosk page: what a villager sees between the two keys. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startI18n } from '@/shared/i18n/index.ts'
import { Kiosk } from './Kiosk.tsx'
import './kiosk.css'

startI18n(import.meta.glob('/shared/i18n/locales/*/kiosk.json', { eager: true, import: 'default' }))

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root element')
createRoot(root).render(
  <StrictMode>
    <Kiosk />
  </StrictMode>,
)

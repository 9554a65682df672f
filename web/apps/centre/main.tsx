/** The centre page. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startI18n } from '@/shared/i18n/index.ts'

startI18n(
  import.meta.glob('/shared/i18n/locales/*/{centre,shared}.json', {
    eager: true,
    import: 'default',
  }),
)

const root = document.getElementById('root')
if (!root) throw new Error('the page has no root element')
createRoot(root).render(
  <StrictMode>
    <h1>呼应</h1>
  </StrictMode>,
)

/** How a staff page starts: the same for the desk and for the centre. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { startI18n } from '@/shared/i18n/index.ts'
import { Frame } from '@/shared/ui/Frame.tsx'
import { type Audience, makeRouter } from './router.tsx'

/** Renders a staff page into #root. Throws if the document has none. */
export function start(audience: Audience): void {
  startI18n(
    import.meta.glob(
      '/shared/i18n/locales/*/{shared,session,duty,calls,points,talk,devices,enrolment,releases}.json',
      { eager: true, import: 'default' },
    ),
  )
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no root element')
  const queries = new QueryClient({
    // The hub is next door: what fails twice is shown, not hidden in retries.
    defaultOptions: {
      queries: { retry: 1, networkMode: 'always' },
      mutations: { networkMode: 'always' },
    },
  })
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Frame>
          <RouterProvider router={makeRouter(audience, queries)} />
        </Frame>
      </QueryClientProvider>
    </StrictMode>,
  )
}

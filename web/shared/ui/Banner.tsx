import type { ReactNode } from 'react'
import { WarnIcon } from './icons.tsx'

/**
 * One thing that is wrong now and what it means, across the page. `urgent`
 * interrupts a screen reader, otherwise it waits for its turn.
 */
export function Banner({ children, urgent }: { children: ReactNode; urgent?: boolean }) {
  return (
    <div className={urgent ? 'banner strong' : 'banner'} role={urgent ? 'alert' : 'status'}>
      <WarnIcon />
      <span>{children}</span>
    </div>
  )
}
